#include "widgets/figure/mat_image.h"

#include <opencv2/core.hpp>

namespace fovea {
namespace {

void release(void* keeper) { delete static_cast<std::shared_ptr<const cv::Mat>*>(keeper); }

}  // namespace

QImage matImage(const std::shared_ptr<const cv::Mat>& pixels) {
    if (!pixels || pixels->empty()) {
        return {};
    }
    const auto step = static_cast<qsizetype>(pixels->step[0]);
    if (pixels->type() == CV_8UC4) {
        auto* keeper = new std::shared_ptr<const cv::Mat>(pixels);
        return {static_cast<const uchar*>(pixels->data), pixels->cols, pixels->rows, step, QImage::Format_RGB32, release, keeper};
    }
    if (pixels->type() == CV_8UC3) {
        const QImage borrowed(static_cast<const uchar*>(pixels->data), pixels->cols, pixels->rows, step, QImage::Format_BGR888);
        return borrowed.convertToFormat(QImage::Format_RGB32);
    }
    return {};
}

std::shared_ptr<const cv::Mat> imageMat(const QImage& image) {
    if (image.isNull()) {
        return nullptr;
    }
    const QImage from = image.convertToFormat(QImage::Format_ARGB32_Premultiplied);
    auto out = std::make_shared<cv::Mat>(from.height(), from.width(), CV_8UC3);
    for (int y = 0; y < from.height(); ++y) {
        const auto* in = reinterpret_cast<const QRgb*>(from.constScanLine(y));
        auto* row = out->ptr<cv::Vec3b>(y);
        for (int x = 0; x < from.width(); ++x) {
            const int white = 255 - qAlpha(in[x]);  // a premultiplied pixel over white
            row[x] = cv::Vec3b(static_cast<uchar>(qBlue(in[x]) + white), static_cast<uchar>(qGreen(in[x]) + white),
                               static_cast<uchar>(qRed(in[x]) + white));
        }
    }
    return out;
}

}  // namespace fovea
