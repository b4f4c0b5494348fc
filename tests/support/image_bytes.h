#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/source/image_source.h"

namespace fovea::test {

using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const char* ending, const cv::Mat& pixels, const std::vector<int>& options = {});
Bytes bytesOf(const std::string& text);
/// 7 rows, 13 columns of noise which is the same in every run.
cv::Mat noise(int type);
/// A smooth picture of 131×97 in many colours.
cv::Mat photo();
/// The description of a frame, or why there is none.
std::string textOf(const Result<Frame>& frame);
/// Appends a number of `count` bytes.
void put(Bytes& bytes, std::uint64_t value, int count, bool big);
/// A TIFF block with one tag: orientation.
Bytes exifBlock(int orientation, bool big);
/// An uncompressed TIFF of 8- or 16-bit pixels in the order of the file (RGB). `extraSample` −1: the fourth channel is not
/// mentioned.
Bytes tiffOf(const cv::Mat& pixels, int orientation, int extraSample = -1);
/// Puts an EXIF segment behind the first two bytes of a JPEG.
Bytes withExif(const Bytes& jpeg, int orientation, bool big);
Bytes pngChunk(const std::string& name, const Bytes& data);
/// Puts a chunk behind the header of a PNG.
Bytes withChunk(Bytes png, const std::string& name, const Bytes& data);
/// Signature and header of a PNG, and nothing else.
Bytes pngHeader(std::uint32_t width, std::uint32_t height);

}  // namespace fovea::test
