#include "engine/export/unfinished_video.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "engine/export/video_encoder.h"
#include "engine/export/video_muxer.h"
#include "engine/source/av_input.h"

namespace fovea {
namespace {

constexpr double kUsualRate = 30.0;  // of a stream which does not say its own

struct Free {
    void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

/// The packets of a file which ends anywhere.
class UnfinishedReader final {
public:
    /// 0 or an error number of FFmpeg.
    int open(const std::string& path) {
        quietFfmpeg();
        const char* container = containerFor(lowerExtension(path));
        AVFormatContext* format = nullptr;
        if (container == nullptr) {
            return AVERROR(EINVAL);
        }
        // "file:" keeps a colon in the name from being taken for a protocol.
        if (const int code = avformat_open_input(&format, ("file:" + path).c_str(), av_find_input_format(container), nullptr);
            code < 0) {
            return code;
        }
        m_format.reset(format);
        if (const int code = avformat_find_stream_info(format, nullptr); code < 0) {
            return code;
        }
        m_packet.reset(av_packet_alloc());
        return m_packet && format->nb_streams == 1 ? 0 : AVERROR_INVALIDDATA;
    }
    /// The next whole packet; null at the end of what can be read.
    AVPacket* next() {
        av_packet_unref(m_packet.get());
        const bool whole = av_read_frame(m_format.get(), m_packet.get()) >= 0 && (m_packet->flags & AV_PKT_FLAG_CORRUPT) == 0 &&
                           m_packet->size > 0;
        return whole ? m_packet.get() : nullptr;
    }
    [[nodiscard]] const AVStream& stream() const { return *m_format->streams[0]; }
    [[nodiscard]] double rate() const {
        const double rate = av_q2d(stream().avg_frame_rate);
        return rate > 0.0 ? rate : kUsualRate;
    }

private:
    std::unique_ptr<AVFormatContext, Free> m_format;
    std::unique_ptr<AVPacket, Free> m_packet;
};

Error unreadable(const std::string& path) {
    return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "No frame can be read from “%1”; delete the recording."),
                     {path});
}

Error unwritable(const AtomicFile& to, int code) {
    return to.failure() ? *to.failure()
                        : makeError(ErrorCode::Unwritable,
                                    FOVEA_TEXT("engine", "“%1” cannot be finished (%2); try once more or delete the recording."),
                                    {to.target(), ffmpegMessage(code)});
}

}  // namespace

bool holdsFrames(const std::string& path) {
    UnfinishedReader reader;
    return reader.open(path) >= 0 && reader.next() != nullptr;
}

Result<WrittenVideo> copyFrames(const std::string& from, AtomicFile& to, const std::stop_token& stop) {
    UnfinishedReader reader;
    if (reader.open(from) < 0) {
        return unreadable(from);
    }
    const char* container = containerFor(lowerExtension(from));
    std::unique_ptr<VideoMuxer> muxer;
    int code = VideoMuxer::open(to, container, reader.stream(), muxer);
    std::int64_t frames = 0;
    const AVRational unit = reader.stream().time_base;
    const auto usual = std::max<std::int64_t>(1, std::llround(1.0 / (reader.rate() * av_q2d(unit))));
    for (AVPacket* packet = nullptr; code >= 0 && !stop.stop_requested() && (packet = reader.next()) != nullptr; ++frames) {
        code = muxer->write(packet, usual);
    }
    if (stop.stop_requested()) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The recording was stopped."));
    }
    if (code >= 0 && frames == 0) {
        return unreadable(from);
    }
    code = code < 0 ? code : muxer->close();
    if (code < 0 || to.failure()) {
        return unwritable(to, code);
    }
    if (auto synced = to.sync(); !synced) {
        return synced.error();
    }
    const auto contents = readVideoContents(to.temporary(), container, reader.rate());
    if (!contents || contents->frames != frames) {
        return unwritable(to, AVERROR_INVALIDDATA);
    }
    return WrittenVideo{to.target(), contents->frames, contents->duration};
}

}  // namespace fovea
