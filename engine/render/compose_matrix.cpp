#include <opencv2/core.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "engine/kernels/parallel.h"
#include "engine/render/compose.h"
#include "engine/render/kinds/map_kind.h"

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

enum class Outcome { Done, Stopped, Misshapen };

/// Means of height×width blocks of the matrix; rows of the matrix are computed, added and dropped, so that it is never held.
class BlockMeans final {
public:
    BlockMeans(const AttentionMap& map, int head, int group, const MatrixPicture& sizes, int height, int width)
        : m_map(map),
          m_head(head),
          m_group(group),
          m_queries(sizes.queries),
          m_keys(sizes.keys),
          m_height(height),
          m_width(width),
          m_values(static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {}

    Outcome run(const std::stop_token& stop) {
        std::atomic<bool> misshapen = false;
        parallelFor(m_height, [&](int first, int last) {
            for (int b = first; b < last && !misshapen && !stop.stop_requested(); ++b) {
                misshapen = !blockRow(b, stop) || misshapen;
            }
        });
        return stop.stop_requested() ? Outcome::Stopped : misshapen ? Outcome::Misshapen : Outcome::Done;
    }

    [[nodiscard]] const std::vector<float>& values() const noexcept { return m_values; }

private:
    /// One row of blocks; false when a row of the matrix has not one value per key.
    bool blockRow(int b, const std::stop_token& stop) {
        std::vector<double> sums(static_cast<std::size_t>(m_width), 0.0);
        const int begin = blockBegin(b, m_height, m_queries);
        const int end = blockBegin(b + 1, m_height, m_queries);
        for (int n = begin; n < end && !stop.stop_requested(); ++n) {
            const auto row = pairwiseRow(m_map, m_head, n, false, m_group);
            if (row.size() != static_cast<std::size_t>(m_keys)) {
                return false;
            }
            addRow(row, sums);
        }
        float* out = m_values.data() + static_cast<std::ptrdiff_t>(b) * m_width;
        for (int c = 0; c < m_width; ++c) {
            const double area =
                static_cast<double>(end - begin) * (blockBegin(c + 1, m_width, m_keys) - blockBegin(c, m_width, m_keys));
            out[c] = static_cast<float>(sums[static_cast<std::size_t>(c)] / area);
        }
        return true;
    }

    const AttentionMap& m_map;
    int m_head;
    int m_group;
    int m_queries;
    int m_keys;
    int m_height;
    int m_width;
    std::vector<float> m_values;
};

Error misshapenMatrix(const AttentionMap& map) {
    return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "The matrix “%1” does not fit its grids; run the module again."),
                     {map.name});
}

/// The means in colours, on their own range or the typed one.
std::shared_ptr<const cv::Mat> colored(const std::vector<float>& means, int height, int width, const MatrixPicture& ends,
                                       const OverlayStyle& style) {
    ScalarField scale;  // says which range and table a sequential field of these ends is drawn with
    scale.scaleMin = ends.min;
    scale.scaleMax = ends.max;
    scale.clippedMax = ends.max;  // a matrix is never clipped
    const ValueRange range = effectiveRange(scale, style);
    const ColorTable& table = effectiveColormap(scale, style).table;
    auto pixels = std::make_shared<cv::Mat>(height, width, CV_8UC4);
    auto value = means.begin();
    for (int i = 0; i < height; ++i) {
        auto* row = pixels->ptr<std::uint32_t>(i);
        for (int j = 0; j < width; ++j) {
            row[j] = table[static_cast<std::size_t>(colorIndex(*value++, range))];
        }
    }
    return pixels;
}

}  // namespace

Result<MatrixPicture> composeMatrix(const AttentionMap& map, int head, const OverlayStyle& style, int side,
                                    const std::stop_token& stop, int group) {
    if (kindInfo(map).card != MapCard::Matrix) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "The map “%1” is not a matrix; choose another map."),
                         {map.name});
    }
    MatrixPicture out;
    out.queries = queryCount(map);
    out.keys = keyCount(map);
    if (out.queries < 1 || out.keys < 1) {
        return misshapenMatrix(map);
    }
    const int height = std::clamp(side, 1, out.queries);
    const int width = std::clamp(side, 1, out.keys);
    BlockMeans means(map, head, group, out, height, width);
    switch (means.run(stop)) {
        case Outcome::Stopped:
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The drawing was cancelled."));
        case Outcome::Misshapen:
            return misshapenMatrix(map);
        case Outcome::Done:
            break;
    }
    const auto [low, high] = std::minmax_element(means.values().begin(), means.values().end());
    out.min = *low;
    out.max = *high;
    out.pixels = colored(means.values(), height, width, out, style);
    return out;
}

}  // namespace fovea
