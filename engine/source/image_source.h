#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// The most pixels a picture may have: 100 megapixels, checked in its header before anything is allocated.
inline constexpr std::int64_t kMaxImagePixels = 100'000'000;
/// The largest image file read: 512 MiB.
inline constexpr std::int64_t kMaxImageBytes = std::int64_t{512} << 20;

/// Width and height written in the header of a PNG, JPEG, WebP, BMP or TIFF; found by magic bytes, never by file name.
struct ImageHeader {
    std::string format;  ///< "PNG", "JPEG", "WebP", "BMP", "TIFF", "PNM"
    std::int64_t width = 0;
    std::int64_t height = 0;
};
FOVEA_API Result<ImageHeader> readImageHeader(const std::vector<std::uint8_t>& bytes, const std::string& name);

/// Decodes an image: 8 or 16 bit, grey, colour, alpha (drawn over white), CMYK JPEG; EXIF orientation applied. A truncated file
/// is an error, not a half-grey picture. `name` is used in messages and as SourceInfo::name. Fills everything of the frame but
/// sha256 and path.
FOVEA_API Result<Frame> decodeImage(const std::vector<std::uint8_t>& bytes, const std::string& name);

/// A frame of pixels which came from elsewhere (clipboard): CV_8UC3 BGR or CV_8UC4 BGRA.
FOVEA_API Result<Frame> frameFromPixels(const cv::Mat& pixels, const std::string& name);

}  // namespace fovea
