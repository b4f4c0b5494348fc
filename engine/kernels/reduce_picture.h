#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/api.h"
#include "engine/kernels/plane.h"

namespace fovea::kernels {

/// Writes a picture of width×height pixels, at most as many as `picture` has along each side: each is the mean of the area which
/// it covers, rounded. Rows of `out` begin `stride` bytes apart. Works on OpenCV's pool.
FOVEA_API void reducePicture(const Picture& picture, int width, int height, std::uint8_t* out, std::ptrdiff_t stride);

}  // namespace fovea::kernels
