#include "engine/evaluation/map_score.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace fovea {
namespace {

constexpr int kMostSamples = 512;
constexpr int kGaussianCells = 16;
/// A map whose values differ by no more than this share of the largest differs by rounding alone.
constexpr float kRounding = 1e-6F;

/// Between which cells the samples along one side lie.
struct Axis {
    std::vector<int> before;
    std::vector<int> after;
    std::vector<float> share;  ///< of the cell after

    Axis(int samples, int pixels, double origin, double step, int cells) {
        for (int k = 0; k < samples; ++k) {
            const double pixel = (k + 0.5) * pixels / samples;
            const double cell = std::clamp((pixel - origin) / step - 0.5, 0.0, cells - 1.0);
            const int first = static_cast<int>(cell);
            before.push_back(first);
            after.push_back(std::min(first + 1, cells - 1));
            share.push_back(static_cast<float>(cell - first));
        }
    }
    [[nodiscard]] int size() const { return static_cast<int>(before.size()); }
};

/// Exact where both are equal, so that a flat map stays flat.
float between(float a, float b, float share) { return a + share * (b - a); }

/// Infinities and NaN become the least finite value.
std::vector<float> finiteValues(const std::vector<float>& values) {
    float least = std::numeric_limits<float>::max();
    for (const float v : values) {
        least = std::isfinite(v) ? std::min(least, v) : least;
    }
    std::vector<float> out(values);
    std::replace_if(
        out.begin(), out.end(), [](float v) { return !std::isfinite(v); }, least);
    return out;
}

std::vector<float> enlarged(const PositionMap& map, const Axis& x, const Axis& y) {
    const std::vector<float> cells = finiteValues(map.values);
    std::vector<float> out;
    out.reserve(x.before.size() * y.before.size());
    for (std::size_t i = 0; i < y.before.size(); ++i) {
        const float* above = cells.data() + static_cast<std::ptrdiff_t>(y.before[i]) * map.width;
        const float* below = cells.data() + static_cast<std::ptrdiff_t>(y.after[i]) * map.width;
        for (std::size_t j = 0; j < x.before.size(); ++j) {
            const float top = between(above[x.before[j]], above[x.after[j]], x.share[j]);
            const float bottom = between(below[x.before[j]], below[x.after[j]], x.share[j]);
            out.push_back(between(top, bottom, y.share[i]));
        }
    }
    return out;
}

/// Samples [first, last) of a side which lie in [from, to) of its pixels; never none.
struct Span {
    int first = 0;
    int last = 0;

    Span(int from, int to, int pixels, int samples) {
        const double scale = static_cast<double>(samples) / pixels;
        first = std::min(static_cast<int>(std::lround(from * scale)), samples - 1);
        last = std::max(static_cast<int>(std::lround(to * scale)), first + 1);
    }
};

}  // namespace

bool fits(const PixelBox& box, const PictureSize& picture) noexcept {
    return box.x0 >= 0 && box.y0 >= 0 && box.x0 < box.x1 && box.y0 < box.y1 && box.x1 <= picture.width &&
           box.y1 <= picture.height;
}

bool isSmall(const PixelBox& box, const PictureSize& picture) noexcept {
    const double area = static_cast<double>(box.x1 - box.x0) * (box.y1 - box.y0);
    return area / (static_cast<double>(picture.width) * picture.height) < kSmallBox;
}

bool isOff(const PixelBox& box, const PictureSize& picture) noexcept {
    const double x = (static_cast<double>(box.x0) + box.x1) / 2.0 / picture.width - 0.5;
    const double y = (static_cast<double>(box.y0) + box.y1) / 2.0 / picture.height - 0.5;
    return std::abs(x) > kOffCentre || std::abs(y) > kOffCentre;
}

MapScore scoreMap(const PositionMap& map, const PixelBox& box, const PictureSize& picture) {
    assert(fits(box, picture) && map.height > 0 && map.width > 0);
    assert(map.values.size() == static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width));
    const CellGeometry& g = map.geometry;
    const Axis x(std::min(picture.width, kMostSamples), picture.width, g.originX, g.stepX, map.width);
    const Axis y(std::min(picture.height, kMostSamples), picture.height, g.originY, g.stepY, map.height);
    const std::vector<float> samples = enlarged(map, x, y);
    const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
    const Span columns(box.x0, box.x1, picture.width, x.size());
    const Span rows(box.y0, box.y1, picture.height, y.size());
    const double area =
        static_cast<double>(columns.last - columns.first) * (rows.last - rows.first) / (static_cast<double>(x.size()) * y.size());
    if (*most - *least <= kRounding * std::max(std::abs(*least), std::abs(*most))) {
        return {.point = area, .gain = 1.0};
    }
    double mass = 0.0;
    double massInside = 0.0;
    int peaks = 0;
    int peaksInside = 0;
    const float* sample = samples.data();
    for (int i = 0; i < y.size(); ++i) {
        for (int j = 0; j < x.size(); ++j, ++sample) {
            const bool inside = i >= rows.first && i < rows.last && j >= columns.first && j < columns.last;
            const double value = static_cast<double>(*sample) - static_cast<double>(*least);
            const int peak = *sample == *most ? 1 : 0;
            mass += value;
            peaks += peak;
            massInside += inside ? value : 0.0;
            peaksInside += inside ? peak : 0;
        }
    }
    return {.point = static_cast<double>(peaksInside) / peaks, .gain = massInside / mass / area};
}

PositionMap centredGaussian(const PictureSize& picture) {
    PositionMap map{.height = kGaussianCells, .width = kGaussianCells};
    map.geometry.stepX = static_cast<double>(picture.width) / kGaussianCells;
    map.geometry.stepY = static_cast<double>(picture.height) / kGaussianCells;
    const auto place = [](int k) { return 2.0 * k / (kGaussianCells - 1) - 1.0; };
    for (int i = 0; i < kGaussianCells; ++i) {
        for (int j = 0; j < kGaussianCells; ++j) {
            map.values.push_back(static_cast<float>(std::exp(-2.0 * (place(i) * place(i) + place(j) * place(j)))));
        }
    }
    return map;
}

}  // namespace fovea
