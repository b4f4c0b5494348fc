#pragma once

#include <cstdint>

#include "engine/api.h"
#include "engine/kernels/plane.h"

/// The planes of the Retina from fine to coarse: brightness 0..1, red minus green and blue minus yellow −1..1. Each level has
/// half the size of the one before, rounded up, and a pixel of it covers exactly 2×2 pixels.
namespace fovea::kernels {

/// Values around every plane: as far as the widest filter reaches.
inline constexpr int kPlaneMargin = 8;

/// Brightness of a row of `width` pixels B, G, R.
FOVEA_API void lightRow(const std::uint8_t* bgr, int width, float* out);
/// The three planes of half the picture's size. Outside, the picture is continued as continueBorders() does.
FOVEA_API void halvePicture(const Picture& picture, const Plane& light, const Plane& redGreen, const Plane& blueYellow);
/// The next level `to` of a plane whose borders have been continued.
FOVEA_API void halvePlane(const Plane& from, const Plane& to);
/// Fills the kPlaneMargin values around the plane from the plane, turned about its border pixels (2·border − mirror image). A
/// plain mirror would fold a slope into a crease, which centre and surround take for a spot at the border; this continues the
/// slope.
FOVEA_API void continueBorders(const Plane& plane);

}  // namespace fovea::kernels
