#include "tests/support/video_reader.h"

#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace fovea::test {
namespace {

struct Reader {
    AVFormatContext* format = nullptr;
    AVCodecContext* codec = nullptr;
    AVPacket* packet = av_packet_alloc();
    AVFrame* frame = av_frame_alloc();

    Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() {
        av_frame_free(&frame);
        av_packet_free(&packet);
        avcodec_free_context(&codec);
        avformat_close_input(&format);
    }
    bool open(const QString& path) {
        if (avformat_open_input(&format, ("file:" + path.toStdString()).c_str(), nullptr, nullptr) < 0 ||
            avformat_find_stream_info(format, nullptr) < 0 || format->nb_streams != 1) {
            return false;
        }
        const AVCodecParameters* parameters = format->streams[0]->codecpar;
        const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
        codec = avcodec_alloc_context3(decoder);
        return avcodec_parameters_to_context(codec, parameters) >= 0 && avcodec_open2(codec, decoder, nullptr) >= 0;
    }
};

cv::Mat pixelsOf(const AVFrame& frame) {
    cv::Mat out(frame.height, frame.width, CV_8UC3);
    SwsContext* scaler =
        sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height,
                       AV_PIX_FMT_BGR24, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr);
    const int space = frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : frame.colorspace;
    sws_setColorspaceDetails(scaler, sws_getCoefficients(space), frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    // Rows of a multiple of 64 bytes: wide instructions write past the last pixel.
    const int step = (frame.width * 3 + 127) / 64 * 64;
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(step) * static_cast<std::size_t>(frame.height));
    std::uint8_t* const planes[] = {rows.data(), nullptr, nullptr, nullptr};
    const int steps[] = {step, 0, 0, 0};
    sws_scale(scaler, frame.data, frame.linesize, 0, frame.height, planes, steps);
    sws_freeContext(scaler);
    cv::Mat(frame.height, frame.width, CV_8UC3, rows.data(), static_cast<std::size_t>(step)).copyTo(out);
    return out;
}

void decode(Reader& reader, const AVPacket* packet, std::vector<ReadFrame>& frames) {
    if (avcodec_send_packet(reader.codec, packet) < 0) {
        return;
    }
    while (avcodec_receive_frame(reader.codec, reader.frame) >= 0) {
        const double unit = av_q2d(reader.format->streams[0]->time_base);
        frames.push_back({pixelsOf(*reader.frame), static_cast<double>(reader.frame->best_effort_timestamp) * unit});
    }
}

}  // namespace

std::vector<ReadFrame> readVideo(const QString& path) {
    av_log_set_level(AV_LOG_QUIET);
    std::vector<ReadFrame> frames;
    Reader reader;
    if (!reader.open(path)) {
        return frames;
    }
    while (av_read_frame(reader.format, reader.packet) >= 0) {
        decode(reader, reader.packet, frames);
        av_packet_unref(reader.packet);
    }
    decode(reader, nullptr, frames);
    return frames;
}

}  // namespace fovea::test
