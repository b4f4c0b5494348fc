#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/export/video_writer.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
}

namespace fovea {

/// A codec with what is needed to use it.
struct CodecSetup {
    VideoCodec codec;
    const char* encoder = "";              ///< FFmpeg's name
    AVPixelFormat even = AV_PIX_FMT_NONE;  ///< pixel format when width and height are even
    AVPixelFormat odd = AV_PIX_FMT_NONE;
    std::vector<std::string> containers;  ///< extensions with their dot
};

/// All codecs we know, best first, whether they encode here or not.
const std::vector<CodecSetup>& codecSetups();
const CodecSetup* findCodecSetup(const std::string& id);

/// ".mp4" of "/a/b.MP4".
std::string lowerExtension(const std::string& path);

/// What FFmpeg says of an error number.
std::string ffmpegMessage(int code);

struct EncoderOptions {
    int width = 0;
    int height = 0;
    AVRational rate = {30, 1};
    AVRational timeBase = {1, 90000};
    bool globalHeader = false;  ///< the container keeps the headers of the stream
};

/// Turns BGR pictures into packets.
class VideoEncoder final {
public:
    /// Takes a packet; 0 or an error number of FFmpeg.
    using Sink = std::function<int(AVPacket*)>;

    static Result<std::unique_ptr<VideoEncoder>> open(const CodecSetup& setup, const EncoderOptions& options);

    /// Encodes CV_8UC3 BGR or CV_8UC4 BGRX of the size given to open(); `time` in the time base. 0 or an error number of FFmpeg.
    int encode(const cv::Mat& pixels, std::int64_t time, const Sink& sink);
    /// Hands on what was held back; nothing can be encoded afterwards.
    int flush(const Sink& sink);

    [[nodiscard]] const AVCodecContext& context() const noexcept { return *m_context; }

private:
    struct Free {
        void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
        void operator()(AVFrame* frame) const { av_frame_free(&frame); }
        void operator()(AVPacket* packet) const { av_packet_free(&packet); }
        void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
    };

    VideoEncoder() = default;
    int prepare(const CodecSetup& setup, const EncoderOptions& options);
    int prepareFrames();
    int drain(const Sink& sink);

    std::unique_ptr<AVCodecContext, Free> m_context;
    std::unique_ptr<SwsContext, Free> m_scaler;  // null where the codec takes the pixels as they are
    std::unique_ptr<AVFrame, Free> m_picture;    // as given, in rows with room for wide instructions
    std::unique_ptr<AVFrame, Free> m_converted;
    std::unique_ptr<AVPacket, Free> m_packet;
};

}  // namespace fovea
