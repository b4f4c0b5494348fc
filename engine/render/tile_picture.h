#pragma once

#include <opencv2/core.hpp>

#include "engine/render/colormap.h"
#include "engine/render/compose.h"

/// What the painters of small maps share.
namespace fovea::tiles {

/// 0xFFRRGGBB as OpenCV's B, G, R, 255.
cv::Scalar scalarOf(std::uint32_t color) noexcept;

/// The table of a sequential or diverging map in this style.
const ColorTable& tableOf(const OverlayStyle& style, bool diverging);

/// Height×width values over the whole of `out` (CV_8UC4): smooth between cell centres or as flat cells when it is larger, means
/// of areas when it is smaller. Values which are not finite, and cells beside them, are `background`.
void paintValues(const float* values, int height, int width, ValueRange range, const ColorTable& table, bool smooth,
                 std::uint32_t background, cv::Mat out);

/// Ends of values, of the finite ones; {0, 0} when there are none.
ValueRange endsOf(const float* values, std::size_t count) noexcept;
/// Symmetric about 0 when diverging.
ValueRange coloured(ValueRange ends, bool diverging) noexcept;

}  // namespace fovea::tiles
