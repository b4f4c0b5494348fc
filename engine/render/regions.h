#pragma once

#include <array>
#include <vector>

#include "engine/pipeline/result.h"

namespace cv {
class Mat;
}

namespace fovea {

struct Viewport;

/// A closed line around what a mechanism looks at, in pixels of the upright picture.
struct RegionOutline {
    std::vector<std::array<double, 2>> corners;
    bool operator==(const RegionOutline&) const = default;
};

/// The outlines of all region maps of a result: boxes in cells become rectangles, quadrilaterals in −1…1 are laid over the
/// features. They may leave the picture.
FOVEA_API std::vector<RegionOutline> regionOutlines(const AttentionOutput& output, const Features& features);

/// Draws white lines with a dark edge, two pixels wide, onto a CV_8UC4 picture of `viewport`.
FOVEA_API void drawOutlines(cv::Mat& pixels, const std::vector<RegionOutline>& outlines, const Viewport& viewport);

}  // namespace fovea
