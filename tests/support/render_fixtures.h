#pragma once

#include <opencv2/core.hpp>

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

}  // namespace fovea
