#include "engine/source/av_picture.h"

#include <opencv2/core.hpp>

#include <array>

#include "engine/source/image_source.h"
#include "engine/source/orientation.h"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace fovea {
namespace {

/// The rows swscale writes may run over by part of a vector, so only such widths are written in place.
constexpr int kRowStep = 32;

/// The forms which mean "full range" by their name are out of date and make swscale complain.
AVPixelFormat plainFormat(int format) {
    switch (format) {
        case AV_PIX_FMT_YUVJ420P:
            return AV_PIX_FMT_YUV420P;
        case AV_PIX_FMT_YUVJ422P:
            return AV_PIX_FMT_YUV422P;
        case AV_PIX_FMT_YUVJ444P:
            return AV_PIX_FMT_YUV444P;
        case AV_PIX_FMT_YUVJ440P:
            return AV_PIX_FMT_YUV440P;
        case AV_PIX_FMT_YUVJ411P:
            return AV_PIX_FMT_YUV411P;
        default:
            return static_cast<AVPixelFormat>(format);
    }
}

/// Where a frame does not name its matrix, its height decides, as players do.
int matrixOf(const AVFrame& frame) {
    switch (frame.colorspace) {
        case AVCOL_SPC_BT709:
            return SWS_CS_ITU709;
        case AVCOL_SPC_BT470BG:
        case AVCOL_SPC_SMPTE170M:
            return SWS_CS_ITU601;
        case AVCOL_SPC_SMPTE240M:
            return SWS_CS_SMPTE240M;
        case AVCOL_SPC_FCC:
            return SWS_CS_FCC;
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL:
            return SWS_CS_BT2020;
        default:
            return frame.height >= 720 && plainFormat(frame.format) == frame.format ? SWS_CS_ITU709 : SWS_CS_ITU601;
    }
}

bool isFullRange(const AVFrame& frame) {
    return frame.color_range == AVCOL_RANGE_JPEG || plainFormat(frame.format) != frame.format;
}

}  // namespace

AvPicture::~AvPicture() { sws_freeContext(m_scaler); }

bool AvPicture::prepare(const AVFrame& frame) {
    const AVPixelFormat format = plainFormat(frame.format);
    if (frame.width < 1 || frame.height < 1 || std::int64_t{frame.width} * frame.height > kMaxImagePixels ||
        sws_isSupportedInput(format) == 0) {
        return false;
    }
    m_scaler = sws_getCachedContext(m_scaler, frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_BGR24,
                                    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr);
    if (m_scaler == nullptr) {
        return false;
    }
    const AVPixFmtDescriptor* kind = av_pix_fmt_desc_get(format);
    if (kind != nullptr && (kind->flags & AV_PIX_FMT_FLAG_RGB) == 0) {
        const int* matrix = sws_getCoefficients(matrixOf(frame));
        sws_setColorspaceDetails(m_scaler, matrix, isFullRange(frame) ? 1 : 0, matrix, 1, 0, 1 << 16, 1 << 16);
    }
    return true;
}

cv::Mat AvPicture::convert(const AVFrame& frame) {
    if (!prepare(frame)) {
        return {};
    }
    const int stride = (frame.width + kRowStep - 1) / kRowStep * kRowStep;
    cv::Mat pixels(frame.height, stride, CV_8UC3);
    const std::array<std::uint8_t*, 4> planes = {pixels.data, nullptr, nullptr, nullptr};
    const std::array<int, 4> strides = {static_cast<int>(pixels.step), 0, 0, 0};
    if (sws_scale(m_scaler, frame.data, frame.linesize, 0, frame.height, planes.data(), strides.data()) != frame.height) {
        return {};
    }
    if (stride != frame.width) {
        pixels = pixels.colRange(0, frame.width).clone();
    }
    return upright(pixels, m_orientation);
}

}  // namespace fovea
