#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/api.h"

/// Values as colours, 0xFFRRGGBB.
namespace fovea::kernels {

/// The colours of values from `lo` to `hi`.
struct ValueColors {
    const std::uint32_t* table = nullptr;  ///< 256 colours
    float lo = 0.0F;
    float hi = 1.0F;
    std::uint32_t flat = 0;     ///< the colour of every finite value when hi ≤ lo
    std::uint32_t missing = 0;  ///< the colour of values which are not finite
};

/// Table index of a value: round(255·(v−lo)/(hi−lo)), saturated at the ends; 0 when hi ≤ lo.
inline int colorIndex(float value, float lo, float hi) noexcept {
    // In double, because the difference of two floats may be larger than a float.
    const double position = 255.0 * (static_cast<double>(value) - lo) / (static_cast<double>(hi) - lo);
    if (!(hi > lo) || !(position > 0.0)) {
        return 0;
    }
    return position >= 255.0 ? 255 : static_cast<int>(position + 0.5);
}

/// out[k] is the colour of values[k].
FOVEA_API void paintValues(const float* values, std::size_t count, const ValueColors& colors, std::uint32_t* out);

}  // namespace fovea::kernels
