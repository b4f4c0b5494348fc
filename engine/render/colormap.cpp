#include "engine/render/colormap.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "engine/kernels/paint_values.h"

namespace fovea {
namespace {

constexpr int kEntries = 256;

std::uint32_t packed(int red, int green, int blue) {
    return 0xFF000000U | static_cast<std::uint32_t>(red) << 16 | static_cast<std::uint32_t>(green) << 8 |
           static_cast<std::uint32_t>(blue);
}

/// OpenCV's rounding to 8 bits leaves a few equal neighbours in viridis and cividis. The later one gets the nearest blue no other
/// entry has (one level away in practice, invisible), so that every colour stands for one index.
void makeDistinct(ColorTable& table) {
    std::unordered_set<std::uint32_t> used(table.begin(), table.end());
    std::unordered_set<std::uint32_t> seen;
    for (auto& color : table) {
        const int blue = static_cast<int>(color & 0xFFU);
        for (int step = 1; seen.count(color) != 0 && step < kEntries; ++step) {
            for (const int b : {blue + step, blue - step}) {
                const std::uint32_t candidate = (color & 0xFFFFFF00U) | static_cast<std::uint32_t>(b & 0xFF);
                if (b >= 0 && b <= 255 && used.insert(candidate).second) {
                    color = candidate;
                    break;
                }
            }
        }
        seen.insert(color);
    }
}

/// matplotlib's perceptually uniform maps (CC0), as OpenCV ships them.
ColorTable libraryTable(cv::ColormapTypes type) {
    cv::Mat ramp(1, kEntries, CV_8UC1);
    for (int i = 0; i < kEntries; ++i) {
        ramp.at<uchar>(0, i) = static_cast<uchar>(i);
    }
    cv::Mat colors;
    cv::applyColorMap(ramp, colors, type);
    ColorTable table = {};
    for (int i = 0; i < kEntries; ++i) {
        const auto bgr = colors.at<cv::Vec3b>(0, i);
        table[static_cast<std::size_t>(i)] = packed(bgr[2], bgr[1], bgr[0]);
    }
    makeDistinct(table);
    return table;
}

ColorTable greyTable() {
    ColorTable table = {};
    for (int i = 0; i < kEntries; ++i) {
        table[static_cast<std::size_t>(i)] = packed(i, i, i);
    }
    return table;
}

/// A colour in Moreland's polar form of CIELAB: magnitude, saturation angle, hue angle.
struct Msh {
    double m = 0.0;
    double s = 0.0;
    double h = 0.0;
};

Msh toMsh(const cv::Vec3f& bgr) {
    cv::Mat lab;
    cv::cvtColor(cv::Mat(1, 1, CV_32FC3, cv::Scalar(bgr[0], bgr[1], bgr[2])), lab, cv::COLOR_BGR2Lab);
    const auto v = lab.at<cv::Vec3f>(0, 0);
    const double m = cv::norm(v);
    return {m, std::acos(v[0] / m), std::atan2(v[2], v[1])};
}

/// The hue which the unsaturated middle takes on the side of `end`, so that the path between them keeps its hue for the eye.
double spunHue(const Msh& end, double middleM) {
    if (end.m >= middleM) {
        return end.h;
    }
    const double spin = end.s * std::sqrt(middleM * middleM - end.m * end.m) / (end.m * std::sin(end.s));
    return end.h > -CV_PI / 3.0 ? end.h + spin : end.h - spin;
}

/// Diverging map after K. Moreland, "Diverging Color Maps for Scientific Visualization" (ISVC 2009): equal steps for the eye from
/// `low` over a neutral light grey, between the entries 127 and 128, to `high`.
ColorTable divergingTable(const cv::Vec3f& low, const cv::Vec3f& high) {
    const std::array<Msh, 2> ends = {toMsh(low), toMsh(high)};
    const double middleM = std::max({ends[0].m, ends[1].m, 88.0});
    cv::Mat lab(1, kEntries, CV_32FC3);
    for (int i = 0; i < kEntries; ++i) {
        const double t = i / (kEntries - 1.0);
        const Msh& end = ends[t < 0.5 ? 0 : 1];
        const double away = std::abs(2.0 * t - 1.0);  // 0 in the middle, 1 at the end
        const double m = middleM + away * (end.m - middleM);
        const double s = away * end.s;
        const double middleHue = spunHue(end, middleM);
        const double h = middleHue + away * (end.h - middleHue);
        lab.at<cv::Vec3f>(0, i) =
            cv::Vec3f(static_cast<float>(m * std::cos(s)), static_cast<float>(m * std::sin(s) * std::cos(h)),
                      static_cast<float>(m * std::sin(s) * std::sin(h)));
    }
    cv::Mat bgr;
    cv::cvtColor(lab, bgr, cv::COLOR_Lab2BGR);
    bgr.convertTo(bgr, CV_8UC3, 255.0);
    ColorTable table = {};
    for (int i = 0; i < kEntries; ++i) {
        const auto color = bgr.at<cv::Vec3b>(0, i);
        table[static_cast<std::size_t>(i)] = packed(color[2], color[1], color[0]);
    }
    makeDistinct(table);
    return table;
}

}  // namespace

const std::vector<Colormap>& colormaps() {
    static const std::vector<Colormap> kMaps = {
        {"inferno", FOVEA_TEXT("engine", "Inferno"), false, libraryTable(cv::COLORMAP_INFERNO)},
        {"viridis", FOVEA_TEXT("engine", "Viridis"), false, libraryTable(cv::COLORMAP_VIRIDIS)},
        {"magma", FOVEA_TEXT("engine", "Magma"), false, libraryTable(cv::COLORMAP_MAGMA)},
        {"cividis", FOVEA_TEXT("engine", "Cividis"), false, libraryTable(cv::COLORMAP_CIVIDIS)},
        {"grey", FOVEA_TEXT("engine", "Grey"), false, greyTable()},
        {"blue-red", FOVEA_TEXT("engine", "Blue–red"), true, divergingTable({0.753F, 0.298F, 0.230F}, {0.150F, 0.016F, 0.706F})},
        {"purple-green", FOVEA_TEXT("engine", "Purple–green"), true,
         divergingTable({0.631F, 0.308F, 0.436F}, {0.201F, 0.532F, 0.085F})},
    };
    return kMaps;
}

const Colormap* findColormap(const std::string& id) {
    const auto& all = colormaps();
    const auto it = std::find_if(all.begin(), all.end(), [&](const Colormap& map) { return map.id == id; });
    return it == all.end() ? nullptr : &*it;
}

std::vector<std::string> colormapIds(bool diverging) {
    std::vector<std::string> ids;
    for (const Colormap& map : colormaps()) {
        if (map.diverging == diverging) {
            ids.push_back(map.id);
        }
    }
    return ids;
}

int colorIndex(float value, ValueRange range) noexcept { return kernels::colorIndex(value, range.lo, range.hi); }

float indexValue(int index, ValueRange range) noexcept {
    const double lo = range.lo;
    const double share = std::clamp(index, 0, kEntries - 1) / 255.0;
    return range.hi > range.lo ? static_cast<float>(lo + share * (range.hi - lo)) : range.lo;
}

int indexOfColor(const ColorTable& table, std::uint32_t color) noexcept {
    const auto it = std::find(table.begin(), table.end(), color | 0xFF000000U);
    return it == table.end() ? -1 : static_cast<int>(it - table.begin());
}

}  // namespace fovea
