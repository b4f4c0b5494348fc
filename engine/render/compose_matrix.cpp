#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/compose.h"

namespace fovea {
namespace {

/// Block b of n covers the elements [b·count/n, (b+1)·count/n): every element lies in exactly one block.
int blockBegin(int b, int n, int count) { return static_cast<int>(static_cast<long long>(b) * count / n); }

/// Adds a row of the matrix to the sums of its blocks.
void addRow(const std::vector<float>& row, std::vector<double>& sums) {
    const auto blocks = static_cast<int>(sums.size());
    const auto count = static_cast<int>(row.size());
    for (int b = 0; b < blocks; ++b) {
        double sum = 0.0;
        for (int m = blockBegin(b, blocks, count); m < blockBegin(b + 1, blocks, count); ++m) {
            sum += row[static_cast<std::size_t>(m)];
        }
        sums[static_cast<std::size_t>(b)] += sum;
    }
}

/// Means of height×width blocks of the N×M matrix, row by row, so that the matrix itself is never held.
Result<std::vector<float>> blockMeans(const AttentionMap& map, int head, int queries, int keys, int height, int width,
                                      const std::stop_token& stop) {
    std::vector<float> means;
    means.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    std::vector<double> sums(static_cast<std::size_t>(width));
    for (int b = 0; b < height; ++b) {
        std::fill(sums.begin(), sums.end(), 0.0);
        const int begin = blockBegin(b, height, queries);
        const int end = blockBegin(b + 1, height, queries);
        for (int n = begin; n < end; ++n) {
            if (stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The picture was cancelled."));
            }
            const auto row = pairwiseRow(map, head, n, false);
            if (row.size() != static_cast<std::size_t>(keys)) {
                return makeError(ErrorCode::BadShape,
                                 FOVEA_TEXT("engine", "The matrix “%1” does not fit its grids; run the module again."),
                                 {map.name});
            }
            addRow(row, sums);
        }
        for (int c = 0; c < width; ++c) {
            const double area = static_cast<double>(end - begin) * (blockBegin(c + 1, width, keys) - blockBegin(c, width, keys));
            means.push_back(static_cast<float>(sums[static_cast<std::size_t>(c)] / area));
        }
    }
    return means;
}

}  // namespace

Result<MatrixPicture> composeMatrix(const AttentionMap& map, int head, const OverlayStyle& style, int side,
                                    const std::stop_token& stop) {
    if (map.kind != MapKind::Pairwise) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "The map “%1” is not a matrix; choose another map."),
                         {map.name});
    }
    MatrixPicture out;
    out.queries = map.gridHeight * map.gridWidth;
    out.keys = map.keyHeight * map.keyWidth;
    if (out.queries < 1 || out.keys < 1) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "The matrix “%1” does not fit its grids; run the module again."), {map.name});
    }
    const int height = std::clamp(side, 1, out.queries);
    const int width = std::clamp(side, 1, out.keys);
    const auto means = blockMeans(map, head, out.queries, out.keys, height, width, stop);
    if (!means) {
        return means.error();
    }
    const auto [low, high] = std::minmax_element(means->begin(), means->end());
    out.min = *low;
    out.max = *high;
    ScalarField scale;  // says which range and table a sequential field of these ends is drawn with
    scale.scaleMin = out.min;
    scale.scaleMax = out.max;
    const ValueRange range = effectiveRange(scale, style);
    const ColorTable& table = effectiveColormap(scale, style).table;
    auto pixels = std::make_shared<cv::Mat>(height, width, CV_8UC4);
    auto value = means->begin();
    for (int i = 0; i < height; ++i) {
        auto* row = pixels->ptr<std::uint32_t>(i);
        for (int j = 0; j < width; ++j) {
            row[j] = table[static_cast<std::size_t>(colorIndex(*value++, range))];
        }
    }
    out.pixels = std::move(pixels);
    return out;
}

}  // namespace fovea
