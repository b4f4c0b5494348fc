#pragma once

#include <cstddef>
#include <cstdint>

namespace fovea::kernels {

/// A plane of floats in memory of the caller's: `height` rows of `width` values, which begin `stride` values apart. Some kernels
/// read or write a margin around the plane, which then lies in the same memory.
struct Plane {
    float* values = nullptr;
    std::ptrdiff_t stride = 0;
    int width = 0;
    int height = 0;

    [[nodiscard]] float* row(int y) const noexcept { return values + y * stride; }
};

/// A picture in memory of the caller's: `height` rows of `width` pixels B, G, R of a byte each. Rows begin `stride` bytes apart.
struct Picture {
    const std::uint8_t* bytes = nullptr;
    std::ptrdiff_t stride = 0;
    int width = 0;
    int height = 0;

    [[nodiscard]] const std::uint8_t* row(int y) const noexcept { return bytes + y * stride; }
};

}  // namespace fovea::kernels
