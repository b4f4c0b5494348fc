#include "engine/models/network_input.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/thrown.h"

namespace fovea {
namespace {

constexpr int kMaxSide = 4096;
/// The longer side of a picture is at most so many times the size.
constexpr int kLongest = 4;

/// Where a part of the picture lies in the network's input.
struct Placement {
    cv::Rect part;    ///< of the picture
    cv::Size scaled;  ///< what it is scaled to
    cv::Size canvas;  ///< the input; `scaled` lies in its middle
};

int roundedUp(int side, int multiple) { return (side + multiple - 1) / multiple * multiple; }

int scaledSide(int side, double factor, int least, int most) {
    return static_cast<int>(std::clamp<long>(std::lround(side * factor), least, most));
}

Placement placeCrop(cv::Size picture, const BundleInput& input, int size) {
    const int side = std::min(picture.width, picture.height);
    const int target = input.fixed ? size : std::max(input.multiple, size / input.multiple * input.multiple);
    return {.part = cv::Rect((picture.width - side) / 2, (picture.height - side) / 2, side, side),
            .scaled = cv::Size(target, target),
            .canvas = cv::Size(target, target)};
}

Placement placeWhole(cv::Size picture, const BundleInput& input, int size) {
    const double shorter = std::min(picture.width, picture.height);
    const double longer = std::max(picture.width, picture.height);
    const int most = input.fixed ? size : std::max(kLongest * size, input.multiple);
    const int least = std::min(input.multiple, most);
    const double factor = input.fixed ? size / longer : std::min(size / shorter, most / longer);
    Placement place{.part = cv::Rect(cv::Point(), picture)};
    place.scaled = cv::Size(scaledSide(picture.width, factor, least, most), scaledSide(picture.height, factor, least, most));
    place.canvas = input.fixed
                       ? cv::Size(size, size)
                       : cv::Size(roundedUp(place.scaled.width, input.multiple), roundedUp(place.scaled.height, input.multiple));
    return place;
}

/// Shrinks by area and enlarges linearly, each side as it needs.
cv::Mat scaled(const cv::Mat& pixels, cv::Size target) {
    const cv::Size shrunk(std::min(pixels.cols, target.width), std::min(pixels.rows, target.height));
    cv::Mat result = pixels;
    if (shrunk != result.size()) {
        cv::resize(pixels, result, shrunk, 0.0, 0.0, cv::INTER_AREA);
    }
    if (target != shrunk) {
        cv::Mat enlarged;
        cv::resize(result, enlarged, target, 0.0, 0.0, cv::INTER_LINEAR);
        result = enlarged;
    }
    return result;
}

/// Writes BGR bytes as RGB planes at an offset.
void write(const cv::Mat& pixels, cv::Point offset, FeatureMap& map) {
    constexpr float kScale = 1.0F / 255.0F;
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* row = pixels.ptr<std::uint8_t>(y);
        for (int c = 0; c < 3; ++c) {
            float* plane = map.row(c) + static_cast<std::ptrdiff_t>(y + offset.y) * map.width() + offset.x;
            for (int x = 0; x < pixels.cols; ++x) {
                plane[x] = static_cast<float>(row[3 * x + 2 - c]) * kScale;
            }
        }
    }
}

NetworkInput make(const cv::Mat& pixels, const BundleInput& input, Fit fit, int size, int stride) {
    const Placement place = fit == Fit::Crop ? placeCrop(pixels.size(), input, size) : placeWhole(pixels.size(), input, size);
    const cv::Point offset((place.canvas.width - place.scaled.width) / 2, (place.canvas.height - place.scaled.height) / 2);
    NetworkInput result;
    result.pixels = FeatureMap(3, place.canvas.height, place.canvas.width);
    if (place.canvas != place.scaled) {
        for (int c = 0; c < 3; ++c) {
            std::fill_n(result.pixels.row(c), result.pixels.cells(), static_cast<float>(input.fill[c]));
        }
    }
    write(scaled(pixels(place.part), place.scaled), offset, result.pixels);
    // Picture pixels per working pixel; the sides are rounded apart.
    const double scaleX = static_cast<double>(place.part.width) / place.scaled.width;
    const double scaleY = static_cast<double>(place.part.height) / place.scaled.height;
    result.geometry = {.originX = place.part.x - offset.x * scaleX,
                       .originY = place.part.y - offset.y * scaleY,
                       .stepX = stride * scaleX,
                       .stepY = stride * scaleY};
    return result;
}

}  // namespace

Result<NetworkInput> makeNetworkInput(const Frame& frame, const BundleInput& input, Fit fit, int size, int stride) {
    if (!frame.valid() || frame.pixels->empty() || frame.pixels->type() != CV_8UC3) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "A network needs an 8-bit colour picture; open another picture."));
    }
    const int side = input.fixed ? input.size : size;
    if (side < 1 || side > kMaxSide || input.multiple < 1 || input.multiple > kMaxSide || stride < 1) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "A network cannot read pictures of a size of %1 pixels; choose 1 to %2."),
                         {std::to_string(side), std::to_string(kMaxSide)});
    }
    try {
        return make(*frame.pixels, input, fit, side, stride);
    } catch (const std::exception& problem) {
        if (outOfMemory(problem)) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "The memory does not suffice for this picture; choose a smaller size."));
        }
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "OpenCV could not process the picture (%1); try a smaller one."),
                         {reasonOf(problem)});
    }
}

}  // namespace fovea
