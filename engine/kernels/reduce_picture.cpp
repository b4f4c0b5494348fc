// Whole rows are added before columns are, so that the compiler can work on many of them at once.

#include "engine/kernels/reduce_picture.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/parallel.h"

namespace fovea::kernels {
namespace {

constexpr int kBandRows = 16;

/// The input positions which each output position averages along one axis. They follow each other, and their shares sum to 1.
struct AreaTaps {
    std::vector<int> first;
    std::vector<float> shares;  ///< `count` for each position, padded with 0
    int count = 0;

    [[nodiscard]] const float* sharesOf(int position) const {
        return shares.data() + static_cast<std::ptrdiff_t>(position) * count;
    }
};

AreaTaps areaTaps(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    AreaTaps taps;
    taps.count = std::min(from, static_cast<int>(std::ceil(scale)) + 1);
    taps.shares.assign(static_cast<std::size_t>(to) * static_cast<std::size_t>(taps.count), 0.0F);
    for (int k = 0; k < to; ++k) {
        const double begin = k * scale;
        const double end = std::min(begin + scale, static_cast<double>(from));
        const int first = std::min(static_cast<int>(begin), from - taps.count);
        taps.first.push_back(first);
        for (int t = 0; t < taps.count; ++t) {
            const double covered = std::min(end, first + t + 1.0) - std::max(begin, static_cast<double>(first + t));
            taps.shares[static_cast<std::size_t>(k * taps.count + t)] =
                static_cast<float>(std::max(0.0, covered) / (end - begin));
        }
    }
    return taps;
}

void addScaled(const std::uint8_t* in, float share, int count, float* __restrict sums) {
    for (int k = 0; k < count; ++k) {
        sums[k] += share * static_cast<float>(in[k]);
    }
}

/// Means of a line of B, G, R, which one more value follows: the three channels are added as one group of four.
void reduceLine(const float* line, const AreaTaps& columns, int width, std::uint8_t* out) {
    using Pixel = Eigen::Array4f;
    for (int x = 0; x < width; ++x) {
        const float* in = line + 3 * columns.first[static_cast<std::size_t>(x)];
        const float* share = columns.sharesOf(x);
        Pixel sum = Pixel::Constant(0.5F);
        for (int t = 0; t < columns.count; ++t) {
            sum += share[t] * Eigen::Map<const Pixel>(in + 3 * t);
        }
        for (int c = 0; c < 3; ++c) {
            out[3 * x + c] = static_cast<std::uint8_t>(sum[c]);
        }
    }
}

}  // namespace

void reducePicture(const Picture& picture, int width, int height, std::uint8_t* out, std::ptrdiff_t stride) {
    const AreaTaps columns = areaTaps(picture.width, width);
    const AreaTaps rows = areaTaps(picture.height, height);
    const int count = 3 * picture.width;
    parallelFor((height + kBandRows - 1) / kBandRows, [&](int first, int last) {
        std::vector<float> line(static_cast<std::size_t>(count + 1));
        for (int y = first * kBandRows; y < std::min(last * kBandRows, height); ++y) {
            std::fill(line.begin(), line.end(), 0.0F);
            for (int t = 0; t < rows.count; ++t) {
                if (const float share = rows.sharesOf(y)[t]; share > 0.0F) {
                    addScaled(picture.row(rows.first[static_cast<std::size_t>(y)] + t), share, count, line.data());
                }
            }
            reduceLine(line.data(), columns, width, out + y * stride);
        }
    });
}

}  // namespace fovea::kernels
