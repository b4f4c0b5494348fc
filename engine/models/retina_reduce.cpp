// The working picture: means of areas, as cv::INTER_AREA takes them, in a quarter of its time.

#include <numeric>
#include <opencv2/imgproc.hpp>

#include "engine/kernels/reduce_picture.h"
#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

/// Whether means along this axis are multiples of a fraction which is odd and not small. Then no mean lies half-way between two
/// grey levels, and the order of additions cannot change how it is rounded. The usual sizes of cameras and videos are such.
bool roundsSafely(int from, int to) {
    const int numerator = from / std::gcd(from, to);
    return numerator % 2 == 1 && numerator <= 31;
}

}  // namespace

void reduce(const cv::Mat& pixels, cv::Size size, cv::Mat& out) {
    if (!roundsSafely(pixels.cols, size.width) || !roundsSafely(pixels.rows, size.height)) {
        return cv::resize(pixels, out, size, 0.0, 0.0, cv::INTER_AREA);
    }
    out.create(size, CV_8UC3);
    kernels::reducePicture(pictureOf(pixels), size.width, size.height, out.ptr<std::uint8_t>(),
                           static_cast<std::ptrdiff_t>(out.step1()));
}

}  // namespace fovea::retina
