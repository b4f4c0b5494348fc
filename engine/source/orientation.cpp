#include "engine/source/orientation.h"

#include <opencv2/core.hpp>

namespace fovea {

cv::Mat upright(const cv::Mat& pixels, int orientation) {
    cv::Mat out;
    switch (orientation) {
        case 2:
            cv::flip(pixels, out, 1);
            return out;
        case 3:
            cv::rotate(pixels, out, cv::ROTATE_180);
            return out;
        case 4:
            cv::flip(pixels, out, 0);
            return out;
        case 5:
            cv::transpose(pixels, out);
            return out;
        case 6:
            cv::rotate(pixels, out, cv::ROTATE_90_CLOCKWISE);
            return out;
        case 7:
            cv::transpose(pixels, out);
            cv::rotate(out, out, cv::ROTATE_180);
            return out;
        case 8:
            cv::rotate(pixels, out, cv::ROTATE_90_COUNTERCLOCKWISE);
            return out;
        default:
            return pixels;
    }
}

}  // namespace fovea
