#include "engine/kernels/paint_values.h"

#include <cmath>

namespace fovea::kernels {

void paintValues(const float* values, std::size_t count, const ValueColors& colors, std::uint32_t* out) {
    const auto [table, lo, hi, flatColor, missing] = colors;
    const bool flat = !(hi > lo);
    for (std::size_t k = 0; k < count; ++k) {
        out[k] = !std::isfinite(values[k]) ? missing : flat ? flatColor : table[colorIndex(values[k], lo, hi)];
    }
}

}  // namespace fovea::kernels
