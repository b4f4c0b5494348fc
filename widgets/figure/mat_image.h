#pragma once

#include <QImage>

#include <memory>

namespace cv {
class Mat;
}

namespace fovea {

/// The only place which turns engine pixels into a QImage: CV_8UC4 → Format_RGB32 without copying (the image keeps the Mat
/// alive); CV_8UC3 BGR is converted. Null for null.
QImage matImage(const std::shared_ptr<const cv::Mat>& pixels);

/// A QImage as BGR pixels, alpha drawn over white.
std::shared_ptr<const cv::Mat> imageMat(const QImage& image);

}  // namespace fovea
