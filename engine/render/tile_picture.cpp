#include "engine/render/tile_picture.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "engine/kernels/paint_values.h"
#include "engine/kernels/value_summaries.h"

namespace fovea::tiles {

cv::Scalar scalarOf(std::uint32_t color) noexcept {
    return {static_cast<double>(color & 0xFFU), static_cast<double>(color >> 8 & 0xFFU), static_cast<double>(color >> 16 & 0xFFU),
            255.0};
}

const ColorTable& tableOf(const OverlayStyle& style, bool diverging) {
    ScalarField field;
    field.diverging = diverging;
    return effectiveColormap(field, style).table;
}

void paintValues(const float* values, int height, int width, ValueRange range, const ColorTable& table, bool smooth,
                 std::uint32_t background, cv::Mat out) {
    const cv::Mat cells(height, width, CV_32F, const_cast<float*>(values));  // only read
    cv::Mat sized;
    const bool smaller = out.cols < width || out.rows < height;
    cv::resize(cells, sized, out.size(), 0.0, 0.0, smaller ? cv::INTER_AREA : smooth ? cv::INTER_LINEAR : cv::INTER_NEAREST);
    // A flat map has no position on its scale: the low end, or the neutral middle where 0 is the centre.
    const kernels::ValueColors colors{table.data(), range.lo, range.hi, table[range.lo < 0.0F ? 128 : 0],
                                      background | 0xFF000000U};
    for (int i = 0; i < out.rows; ++i) {
        kernels::paintValues(sized.ptr<float>(i), static_cast<std::size_t>(out.cols), colors, out.ptr<std::uint32_t>(i));
    }
}

ValueRange endsOf(const float* values, std::size_t count) noexcept {
    const kernels::Ends ends = kernels::finiteEnds(values, count);
    return {ends.lo, ends.hi};
}

ValueRange coloured(ValueRange ends, bool diverging) noexcept {
    const float reach = std::max(std::abs(ends.lo), std::abs(ends.hi));
    return diverging ? ValueRange{-reach, reach} : ends;
}

}  // namespace fovea::tiles
