#include "engine/render/regions.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "engine/render/compose.h"

namespace fovea {
namespace {

constexpr std::size_t kBoxValues = 4;   ///< x0, y0, x1, y1
constexpr std::size_t kQuadValues = 8;  ///< four corners (x, y)

bool isQuad(const AttentionMap& map) noexcept {
    return map.data.shape.size() == 2 && map.data.shape[1] == 2 && map.data.size() == kQuadValues;
}

/// A position in cells of the features, 0 the left or upper edge of the first, on the picture.
std::array<double, 2> onPicture(const CellGeometry& g, double x, double y) {
    return {g.originX + x * g.stepX, g.originY + y * g.stepY};
}

RegionOutline boxOutline(const AttentionMap& map, std::size_t first, const CellGeometry& g) {
    const double shift = map.cellCentres ? 0.5 : 0.0;
    const auto at = [&](std::size_t k) { return static_cast<double>(map.data.values[first + k]) + shift; };
    return {{onPicture(g, at(0), at(1)), onPicture(g, at(2), at(1)), onPicture(g, at(2), at(3)), onPicture(g, at(0), at(3))}};
}

RegionOutline quadOutline(const AttentionMap& map, const Features& features) {
    RegionOutline outline;
    const double inset = map.cellCentres ? 0.5 : 0.0;
    const auto position = [inset](double s, int cells) { return (s + 1.0) / 2.0 * (cells - 2.0 * inset) + inset; };
    for (std::size_t k = 0; k < kQuadValues; k += 2) {
        const double x = position(map.data.values[k], features.map.width());
        const double y = position(map.data.values[k + 1], features.map.height());
        outline.corners.push_back(onPicture(features.geometry, x, y));
    }
    return outline;
}

/// Output pixels in 1/2^kShift, kept where OpenCV's 32-bit arithmetic is safe.
constexpr int kShift = 4;
int outputPosition(double picture, double origin, double zoom) {
    constexpr double kFar = 1 << 20;
    return static_cast<int>(std::lround(std::clamp((picture - origin) * zoom - 0.5, -kFar, kFar) * (1 << kShift)));
}

}  // namespace

bool hasOutline(const AttentionMap& map) noexcept {
    if (map.kind != MapKind::Region || map.data.empty()) {
        return false;
    }
    return isQuad(map) || (map.data.shape.size() <= 2 && map.data.shape.back() == static_cast<std::int64_t>(kBoxValues));
}

std::vector<RegionOutline> regionOutlines(const AttentionOutput& output, const Features& features) {
    std::vector<RegionOutline> outlines;
    for (const auto& map : output.maps) {
        if (!hasOutline(map)) {
            continue;
        }
        if (isQuad(map)) {
            outlines.push_back(quadOutline(map, features));
            continue;
        }
        for (std::size_t first = 0; first + kBoxValues <= map.data.size(); first += kBoxValues) {
            outlines.push_back(boxOutline(map, first, features.geometry));
        }
    }
    return outlines;
}

void drawOutlines(cv::Mat& pixels, const std::vector<RegionOutline>& outlines, const Viewport& viewport) {
    std::vector<std::vector<cv::Point>> lines;
    for (const auto& outline : outlines) {
        auto& line = lines.emplace_back();
        for (const auto& [x, y] : outline.corners) {
            line.emplace_back(outputPosition(x, viewport.originX, viewport.zoom),
                              outputPosition(y, viewport.originY, viewport.zoom));
        }
    }
    cv::polylines(pixels, lines, true, cv::Scalar(24, 24, 24, 255), 4, cv::LINE_AA, kShift);
    cv::polylines(pixels, lines, true, cv::Scalar(255, 255, 255, 255), 2, cv::LINE_AA, kShift);
}

}  // namespace fovea
