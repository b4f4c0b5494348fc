#include "engine/render/regions.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "engine/render/compose.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

/// Output pixels in 1/2^kShift, kept where OpenCV's 32-bit arithmetic is safe.
constexpr int kShift = 4;
int outputPosition(double picture, double origin, double zoom) {
    constexpr double kFar = 1 << 20;
    return static_cast<int>(std::lround(std::clamp((picture - origin) * zoom - 0.5, -kFar, kFar) * (1 << kShift)));
}

}  // namespace

std::vector<RegionOutline> regionOutlines(const AttentionOutput& output, const Features& features) {
    std::vector<RegionOutline> outlines;
    for (const auto& map : output.maps) {
        const auto of = kindInfo(map).outlines(map, features);
        outlines.insert(outlines.end(), of.begin(), of.end());
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
