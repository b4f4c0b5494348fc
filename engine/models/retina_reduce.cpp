// The working picture: means of areas, as cv::INTER_AREA takes them, in a quarter of its time. Whole rows are added before
// columns are, so that the compiler can work on many of them at once.

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "engine/models/retina_parts.h"
#include "engine/kernels/parallel.h"

namespace fovea::retina {
namespace {

constexpr int kBandRows = 16;

/// What each output position reads along one axis: consecutive input positions and their shares, which sum to 1.
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

/// Whether means along this axis are multiples of a fraction which is odd and not small. Then no mean lies half-way between two
/// grey levels, and the order of additions cannot change how it is rounded. The usual sizes of cameras and videos are such.
bool roundsSafely(int from, int to) {
    const int numerator = from / std::gcd(from, to);
    return numerator % 2 == 1 && numerator <= 31;
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

void reduce(const cv::Mat& pixels, cv::Size size, cv::Mat& out) {
    if (!roundsSafely(pixels.cols, size.width) || !roundsSafely(pixels.rows, size.height)) {
        return cv::resize(pixels, out, size, 0.0, 0.0, cv::INTER_AREA);
    }
    out.create(size, CV_8UC3);
    const AreaTaps columns = areaTaps(pixels.cols, size.width);
    const AreaTaps rows = areaTaps(pixels.rows, size.height);
    const int count = 3 * pixels.cols;
    parallelFor((size.height + kBandRows - 1) / kBandRows, [&](int first, int last) {
        std::vector<float> line(static_cast<std::size_t>(count + 1));
        for (int y = first * kBandRows; y < std::min(last * kBandRows, size.height); ++y) {
            std::fill(line.begin(), line.end(), 0.0F);
            for (int t = 0; t < rows.count; ++t) {
                if (const float share = rows.sharesOf(y)[t]; share > 0.0F) {
                    addScaled(pixels.ptr<std::uint8_t>(rows.first[static_cast<std::size_t>(y)] + t), share, count, line.data());
                }
            }
            reduceLine(line.data(), columns, size.width, out.ptr<std::uint8_t>(y));
        }
    });
}

}  // namespace fovea::retina
