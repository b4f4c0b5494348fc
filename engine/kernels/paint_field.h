#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/api.h"

/// Steps which draw a row of a field over a row of a picture. Each takes a whole row, so that all but the look-ups become
/// vectors. Pixels are 0xFFRRGGBB. A position is where a value lies on its scale, 0..255 inside and beyond these outside.
namespace fovea::kernels {

/// Which cells an output pixel reads along one axis: both by `weight`, or only the first.
struct CellTaps {
    int first = 0;
    int last = 0;
    float weight = 0.0F;
};

/// Two rows of `width` cells, and the share of the lower one between them.
struct CellRows {
    const float* upper = nullptr;
    const float* lower = nullptr;
    float weight = 0.0F;
    int width = 0;
};

/// 256 colours times opacity, B, G, R, 255 in 16 bits each. So a row is blended by one product and one sum a byte.
struct BlendTable {
    static constexpr std::size_t kLanes = 4;
    std::array<std::uint16_t, kLanes* 256> added = {};  ///< colour·opacity·256 + 128
    std::uint16_t rest = 256;                           ///< share of the picture, of 256
};

/// Working memory of blendRow().
struct BlendMemory {
    std::vector<int> indices;
    std::vector<std::uint16_t> colors;
};

/// How dimRow() darkens the picture.
struct Dimming {
    double center = 0.0;     ///< the position of p = 0
    double inverse = 0.0;    ///< 1/distance from there to p = 1; 0: p is 0 everywhere
    double opacity = 0.0;    ///< 0..1
    bool magnitude = false;  ///< p is the same on both sides of the centre
    bool grey = false;       ///< the part which the field lets through has no colour
};

/// Which values uncoverRow() leaves drawn.
struct Visible {
    bool thresholded = false;  ///< false: all but NaN; true: those of at least `threshold`
    bool magnitude = false;    ///< |value| is compared
    double threshold = 0.0;
};

/// A line's level where a cell takes no part.
inline constexpr int kNoLevel = -1;

/// ITU-R BT.601 luma of 0xFFRRGGBB.
constexpr std::uint32_t luma(std::uint32_t color) noexcept {
    return (299U * (color >> 16 & 0xFFU) + 587U * (color >> 8 & 0xFFU) + 114U * (color & 0xFFU) + 500U) / 1000U;
}

/// Positions (value − lo)·scale of cells, kept within ±1e18. All are `flat` where `scale` is not positive; NaN is at 0.
FOVEA_API void positionsOf(const float* values, std::size_t count, double lo, double scale, double flat, float* out);
/// The positions of a row's pixels between those of the cells around them. `memory` is working memory of any size.
FOVEA_API void placeRow(const CellRows& rows, const CellTaps* columns, std::size_t count, std::vector<float>& memory, float* out);
/// The colours at the positions over the picture.
FOVEA_API void blendRow(const BlendTable& table, const float* positions, std::size_t count, BlendMemory& memory,
                        std::uint32_t* out);
/// The picture times 1 − opacity·(1 − p).
FOVEA_API void dimRow(const Dimming& how, const float* positions, std::size_t count, std::uint32_t* out);
/// How many of `contours` equally spaced values each pixel reaches; kNoLevel where `cells`, which may be null, is NaN.
FOVEA_API void levelsOfRow(const float* positions, std::size_t count, int contours, const float* cells, const CellTaps* columns,
                           int* levels);
/// Lines one pixel wide, dark on light and light on dark, where a pixel and its right or lower neighbour lie on different levels.
/// `below` is null in the last row.
FOVEA_API void lineRow(const int* levels, const int* below, std::size_t count, std::uint32_t* out);
/// Puts the picture back where the value between the cells is not visible. `memory` is working memory of any size.
FOVEA_API void uncoverRow(const CellRows& rows, const CellTaps* columns, std::size_t count, const Visible& visible,
                          const std::uint32_t* picture, std::vector<double>& memory, std::uint32_t* out);

}  // namespace fovea::kernels
