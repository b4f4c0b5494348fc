#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/api.h"
#include "engine/kernels/plane.h"

/// Rows of a picture at another size. Output pixels are 0xFFRRGGBB.
namespace fovea::kernels {

/// Which pixels of a picture one output pixel reads along one axis. Nearest: `first`. Bilinear: first and last by `weight` of
/// 256. Area: first … last, whole but for the shares `head` and `tail` of the two ends.
struct PictureTaps {
    int first = 0;
    int last = 0;
    std::uint32_t weight = 0;
    float head = 1.0F;
    float tail = 0.0F;
};

/// `count` pixels of the picture's row rows.first.
FOVEA_API void paintNearest(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
                            std::uint32_t* out);
/// `count` pixels between the two rows and between their columns. `memory` is working memory of any size.
FOVEA_API void paintBilinear(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
                             std::vector<float>& memory, std::uint32_t* out);
/// The means of `count` areas. `memory` is working memory of any size.
FOVEA_API void paintArea(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
                         std::vector<float>& memory, std::uint32_t* out);

}  // namespace fovea::kernels
