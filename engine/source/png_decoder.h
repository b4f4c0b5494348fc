#pragma once

#include <opencv2/core/mat.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// The pixels of a PNG, or the problem with them.
struct DecodedPng {
    cv::Mat pixels;       ///< 8 or 16 bit: grey, BGR, or BGRA where the file has alpha; empty when it could not be decoded
    int rows = 0;         ///< that were decoded before the problem
    std::string problem;  ///< libpng's own words about what is wrong; empty when nothing is
};

/// Decodes a PNG of an allowed size, which must be checked before. Palettes become colours, grey of fewer bits becomes 8-bit
/// grey, and a colour which means "transparent" becomes alpha. Nothing is printed. May throw std::bad_alloc or cv::Exception.
DecodedPng decodePng(const std::vector<std::uint8_t>& bytes);

}  // namespace fovea
