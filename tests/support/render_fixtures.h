#pragma once

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engine/render/compose.h"

namespace fovea {

/// 0xFFRRGGBB of an output pixel.
inline std::uint32_t at(const cv::Mat& image, int u, int v) { return image.at<std::uint32_t>(v, u); }

/// A picture in which every pixel says where it is: red = x, green = y, blue = 200.
inline Frame testFrame(int height, int width) {
    auto pixels = std::make_shared<cv::Mat>(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels->at<cv::Vec3b>(y, x) = cv::Vec3b(200, static_cast<uchar>(y), static_cast<uchar>(x));
        }
    }
    Frame frame;
    frame.pixels = pixels;
    frame.width = width;
    frame.height = height;
    return frame;
}

inline std::uint32_t pictureColor(int x, int y) {
    return 0xFF0000C8U | static_cast<std::uint32_t>(x) << 16 | static_cast<std::uint32_t>(y) << 8;
}

/// A field of these rows of values over a frame.
inline ScalarField fieldOf(const Frame& frame, int height, int width, std::vector<float> values, bool diverging = false) {
    ScalarField field;
    field.height = height;
    field.width = width;
    field.geometry = {0.0, 0.0, static_cast<double>(frame.width) / width, static_cast<double>(frame.height) / height};
    field.min = std::numeric_limits<float>::max();
    field.max = std::numeric_limits<float>::lowest();
    for (const float v : values) {
        field.min = std::isnan(v) ? field.min : std::min(field.min, v);
        field.max = std::isnan(v) ? field.max : std::max(field.max, v);
        field.gaps = field.gaps || std::isnan(v);
    }
    const float reach = std::max(std::abs(field.min), std::abs(field.max));
    field.scaleMin = diverging ? -reach : field.min;
    field.scaleMax = field.clippedMax = diverging ? reach : field.max;
    field.diverging = diverging;
    field.values = std::move(values);
    return field;
}

/// Numbers between these ends which no straight line fits.
inline std::vector<float> scattered(int count, float lo, float hi) {
    std::vector<float> values;
    for (int n = 0; n < count; ++n) {
        values.push_back(lo + (hi - lo) * static_cast<float>((n * 37) % 101) / 100.0F);
    }
    return values;
}

}  // namespace fovea
