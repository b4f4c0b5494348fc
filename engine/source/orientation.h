#pragma once

namespace cv {
class Mat;
}

namespace fovea {

/// Pixels brought upright, by the orientation EXIF numbers 1–8; 1 and any other number give them back as they are.
cv::Mat upright(const cv::Mat& pixels, int orientation);

/// Whether this orientation exchanges width and height.
constexpr bool turnsSideways(int orientation) noexcept { return orientation >= 5 && orientation <= 8; }

}  // namespace fovea
