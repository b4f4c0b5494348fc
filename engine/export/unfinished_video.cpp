#include "engine/export/unfinished_video.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "engine/export/video_encoder.h"
#include "engine/export/video_muxer.h"
#include "engine/source/av_input.h"
#include "engine/source/quiet.h"

namespace fovea {
namespace {

constexpr std::size_t kMostReordered = 16;  // frames which H.264 may decode before one that is shown earlier
constexpr double kUsualRate = 30.0;         // of a stream which does not say its own

struct Free {
    void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

using Packet = std::unique_ptr<AVPacket, Free>;

std::int64_t timeOf(const AVPacket& packet) { return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts; }

/// How many packets from the front can be copied without a gap. Packets come in decoding order; a frame still to come is shown no
/// earlier than the decoding time of the last packet.
std::size_t wholeCount(const std::deque<Packet>& packets) {
    std::int64_t latest = INT64_MIN;  // of the packets before
    std::size_t whole = 0;
    for (std::size_t n = 0; n < packets.size(); ++n) {
        latest = std::max(latest, timeOf(*packets[n]));
        const bool hasGap = std::any_of(packets.begin() + static_cast<std::ptrdiff_t>(n) + 1, packets.end(),
                                        [latest](const Packet& later) { return timeOf(*later) < latest; });
        const bool isComplete = latest <= packets.back()->dts || packets.size() - n > kMostReordered;
        whole = !hasGap && isComplete ? n + 1 : whole;
    }
    return whole;
}

/// The packets of a file which ends anywhere.
class UnfinishedReader final {
public:
    /// 0 or an error number of FFmpeg.
    int open(const std::string& path) {
        quietLibraries();
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
        return format->nb_streams == 1 ? 0 : AVERROR_INVALIDDATA;
    }
    /// The next packet which can be copied without a gap; null at the end.
    Packet next() {
        while (m_whole == 0 && readOne()) {
            m_whole = wholeCount(m_waiting);
        }
        if (m_whole == 0) {
            return nullptr;
        }
        --m_whole;
        Packet packet = std::move(m_waiting.front());
        m_waiting.pop_front();
        return packet;
    }
    [[nodiscard]] const AVStream& stream() const { return *m_format->streams[0]; }
    [[nodiscard]] double rate() const {
        const double rate = av_q2d(stream().avg_frame_rate);
        return rate > 0.0 ? rate : kUsualRate;
    }

private:
    bool readOne() {
        Packet packet(av_packet_alloc());
        const bool whole = packet && av_read_frame(m_format.get(), packet.get()) >= 0 &&
                           (packet->flags & AV_PKT_FLAG_CORRUPT) == 0 && packet->size > 0;
        if (whole) {
            m_waiting.push_back(std::move(packet));
        }
        return whole;
    }

    std::unique_ptr<AVFormatContext, Free> m_format;
    std::deque<Packet> m_waiting;
    std::size_t m_whole = 0;  // of those, how many can be handed on
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
    for (Packet packet; code >= 0 && !stop.stop_requested() && (packet = reader.next()) != nullptr; ++frames) {
        code = muxer->write(packet.get(), usual);
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
