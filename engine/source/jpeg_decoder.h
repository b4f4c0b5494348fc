#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

namespace fovea {

/// Decodes a JPEG to 8-bit grey (1 channel) or BGR (3 channels), not turned. Empty when the data is damaged or incomplete.
/// libjpeg itself is asked, because OpenCV passes over its warnings, gives half a picture for half a file, and takes every CMYK
/// file for an inverted one.
cv::Mat decodeJpeg(const std::vector<std::uint8_t>& bytes);

}  // namespace fovea
