#include "engine/export/video_encoder.h"

#include <algorithm>
#include <cerrno>
#include <opencv2/imgproc.hpp>

extern "C" {
#include <libavutil/opt.h>
}

namespace fovea {
namespace {

constexpr int kConstantQuality = 18;   // of x264: hardly told from the original
constexpr int kMotionJpegQuality = 2;  // of FFmpeg, 1 … 31: the best which other programs write
constexpr int kWidestStandard = 1024;  // wider pictures are high definition, which has other colour coefficients
constexpr int kSmallestSliced = 16;
constexpr double kSecondsBetweenKeys = 2.0;

/// Colours as players expect them where they do not read the stream's own remarks, and the remarks.
void describeColours(AVCodecContext& context, bool motionJpeg) {
    if (context.pix_fmt == AV_PIX_FMT_BGR0) {
        return;
    }
    const bool standard = motionJpeg || (context.width <= kWidestStandard && context.height <= 576);
    context.colorspace = standard ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
    context.color_range = motionJpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    context.color_primaries = AVCOL_PRI_BT709;
    context.color_trc = AVCOL_TRC_BT709;
}

int setQuality(AVCodecContext& context, const std::string& id) {
    if (id == "h264") {
        const int preset = av_opt_set(context.priv_data, "preset", "veryfast", 0);
        return preset < 0 ? preset : av_opt_set_double(context.priv_data, "crf", kConstantQuality, 0);
    }
    if (id == "mjpeg") {
        context.flags |= AV_CODEC_FLAG_QSCALE;
        context.global_quality = FF_QP2LAMBDA * kMotionJpegQuality;
    } else {
        // Version 3 has checksums, but cuts the picture into slices, which do not work out when it has few pixels.
        context.level = std::min(context.width, context.height) < kSmallestSliced ? 1 : 3;
        context.gop_size = 1;
    }
    // Frames in order, one in one out: several at once would gain nothing beside the threads which compute them.
    context.thread_type = FF_THREAD_SLICE;
    return 0;
}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::open(const CodecSetup& setup, const EncoderOptions& options) {
    std::unique_ptr<VideoEncoder> encoder(new VideoEncoder);
    if (const int code = encoder->prepare(setup, options); code < 0) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "Pictures of %1 × %2 cannot be encoded as %3 here (%4); choose another codec."),
                         {std::to_string(options.width), std::to_string(options.height), setup.codec.id, ffmpegMessage(code)});
    }
    return encoder;
}

int VideoEncoder::prepare(const CodecSetup& setup, const EncoderOptions& options) {
    const AVCodec* codec = avcodec_find_encoder_by_name(setup.encoder);
    if (codec == nullptr) {
        return AVERROR_ENCODER_NOT_FOUND;
    }
    m_context.reset(avcodec_alloc_context3(codec));
    m_packet.reset(av_packet_alloc());
    if (!m_context || !m_packet) {
        return AVERROR(ENOMEM);
    }
    m_context->width = options.width;
    m_context->height = options.height;
    m_context->pix_fmt = options.width % 2 == 0 && options.height % 2 == 0 ? setup.even : setup.odd;
    m_context->sample_aspect_ratio = {1, 1};
    m_context->time_base = options.timeBase;
    m_context->framerate = options.rate;
    m_context->gop_size = std::clamp(static_cast<int>(kSecondsBetweenKeys * av_q2d(options.rate)), 12, 250);
    m_context->thread_count = 0;
    if (options.globalHeader) {
        m_context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    describeColours(*m_context, setup.codec.id == "mjpeg");
    if (const int code = setQuality(*m_context, setup.codec.id); code < 0) {
        return code;
    }
    const int code = avcodec_open2(m_context.get(), codec, nullptr);
    return code < 0 ? code : prepareFrames();
}

int VideoEncoder::prepareFrames() {
    const auto make = [this](std::unique_ptr<AVFrame, Free>& frame, AVPixelFormat format) {
        frame.reset(av_frame_alloc());
        if (!frame) {
            return AVERROR(ENOMEM);
        }
        frame->format = format;
        frame->width = m_context->width;
        frame->height = m_context->height;
        frame->color_range = m_context->color_range;
        frame->colorspace = m_context->colorspace;
        return av_frame_get_buffer(frame.get(), 0);
    };
    if (const int code = make(m_picture, AV_PIX_FMT_BGR0); code < 0 || m_context->pix_fmt == AV_PIX_FMT_BGR0) {
        return code;
    }
    m_scaler.reset(sws_getContext(m_context->width, m_context->height, AV_PIX_FMT_BGR0, m_context->width, m_context->height,
                                  m_context->pix_fmt, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr, nullptr,
                                  nullptr));
    if (!m_scaler) {
        return AVERROR(EINVAL);
    }
    const int full = m_context->color_range == AVCOL_RANGE_JPEG ? 1 : 0;
    sws_setColorspaceDetails(m_scaler.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1, sws_getCoefficients(m_context->colorspace),
                             full, 0, 1 << 16, 1 << 16);
    return make(m_converted, m_context->pix_fmt);
}

int VideoEncoder::encode(const cv::Mat& pixels, std::int64_t time, const Sink& sink) {
    // The encoder may still hold the picture before: then a new one is made.
    if (const int code = av_frame_make_writable(m_picture.get()); code < 0) {
        return code;
    }
    cv::Mat rows(m_picture->height, m_picture->width, CV_8UC4, m_picture->data[0],
                 static_cast<std::size_t>(m_picture->linesize[0]));
    if (pixels.type() == CV_8UC4) {
        pixels.copyTo(rows);
    } else {
        cv::cvtColor(pixels, rows, cv::COLOR_BGR2BGRA);
    }
    AVFrame* frame = m_picture.get();
    if (m_scaler) {
        frame = m_converted.get();
        if (const int code = av_frame_make_writable(frame); code < 0) {
            return code;
        }
        sws_scale(m_scaler.get(), m_picture->data, m_picture->linesize, 0, frame->height, frame->data, frame->linesize);
    }
    frame->pts = time;
    frame->quality = m_context->global_quality;
    const int code = avcodec_send_frame(m_context.get(), frame);
    return code < 0 ? code : drain(sink);
}

int VideoEncoder::flush(const Sink& sink) {
    const int code = avcodec_send_frame(m_context.get(), nullptr);
    return code < 0 ? code : drain(sink);
}

int VideoEncoder::drain(const Sink& sink) {
    for (;;) {
        const int code = avcodec_receive_packet(m_context.get(), m_packet.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return 0;
        }
        if (code < 0) {
            return code;
        }
        const int taken = sink(m_packet.get());
        av_packet_unref(m_packet.get());
        if (taken < 0) {
            return taken;
        }
    }
}

}  // namespace fovea
