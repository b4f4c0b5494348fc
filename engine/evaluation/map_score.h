#pragma once

#include <vector>

#include "engine/api.h"
#include "engine/models/backbone.h"

namespace fovea {

/// A box on a picture in whole pixels, half-open: x0 ≤ x < x1.
struct PixelBox {
    int x0 = 0;
    int y0 = 0;
    int x1 = 0;
    int y1 = 0;
    bool operator==(const PixelBox&) const = default;
};

/// Width and height of a picture.
struct PictureSize {
    int width = 0;
    int height = 0;
};

/// One number per cell, and where the cells lie on the picture.
struct PositionMap {
    std::vector<float> values;  ///< height·width, row-major; what is not finite counts as the least value
    int height = 0;
    int width = 0;
    CellGeometry geometry;
};

/// How well a map finds the object of one picture.
struct MapScore {
    double point = 0.0;  ///< the share of the places with the largest value which lies in the box: 1 or 0 for a single such place
    double gain = 0.0;   ///< the share of the mass (least value subtracted) in the box over its share of the area; 1 is chance
};

/// Boxes smaller than this share of the picture are small.
inline constexpr double kSmallBox = 0.35;
/// Boxes whose centre is farther than this from the picture's, in shares of its width or height, are off the centre.
inline constexpr double kOffCentre = 0.15;

/// Whether the box has an area and lies within the picture.
FOVEA_API bool fits(const PixelBox& box, const PictureSize& picture) noexcept;
FOVEA_API bool isSmall(const PixelBox& box, const PictureSize& picture) noexcept;
FOVEA_API bool isOff(const PixelBox& box, const PictureSize& picture) noexcept;

/// The map is enlarged bilinearly to the picture, at most 512 samples a side, and compared with the box, which must fit. A map
/// which is the same everywhere but for rounding prefers nothing: its gain is 1 and its point the box's share of the area.
FOVEA_API MapScore scoreMap(const PositionMap& map, const PixelBox& box, const PictureSize& picture);

/// A centred Gaussian exp(−2(x² + y²)), x and y from −1 to 1 over the picture, on 16×16 cells.
FOVEA_API PositionMap centredGaussian(const PictureSize& picture);

}  // namespace fovea
