#include "engine/export/video_muxer.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

extern "C" {
#include <libavutil/opt.h>
}

namespace fovea {
namespace {

constexpr int kBufferBytes = 1 << 16;
constexpr int kClusterMilliseconds = 1000;  // of an .mkv: what is lost at most when the program is killed

}  // namespace

const char* containerFor(const std::string& extension) {
    constexpr std::pair<const char*, const char*> kContainers[] = {{".mp4", "mp4"}, {".mkv", "matroska"}, {".avi", "avi"}};
    const auto* it =
        std::find_if(std::begin(kContainers), std::end(kContainers), [&](const auto& c) { return extension == c.first; });
    return it == std::end(kContainers) ? nullptr : it->second;
}

int VideoMuxer::writeBytes(void* self, std::uint8_t* bytes, int count) {
    return static_cast<VideoMuxer*>(self)->m_file.write(bytes, static_cast<std::size_t>(count)) ? count : AVERROR(EIO);
}

std::int64_t VideoMuxer::seek(void* self, std::int64_t offset, int whence) {
    AtomicFile& file = static_cast<VideoMuxer*>(self)->m_file;
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
            return file.size();
        case SEEK_CUR:
            offset += file.position();
            break;
        case SEEK_END:
            offset += file.size();
            break;
        default:
            break;
    }
    return file.seek(offset) ? offset : AVERROR(EIO);
}

int VideoMuxer::open(AtomicFile& file, const char* container, const VideoEncoder& encoder, std::unique_ptr<VideoMuxer>& muxer) {
    muxer.reset(new VideoMuxer(file));
    if (const int code = muxer->allocate(container); code < 0) {
        return code;
    }
    AVStream& stream = *muxer->m_format->streams[0];
    const AVCodecContext& context = encoder.context();
    stream.avg_frame_rate = context.framerate;
    stream.sample_aspect_ratio = context.sample_aspect_ratio;
    const int code = avcodec_parameters_from_context(stream.codecpar, &context);
    return code < 0 ? code : muxer->start(context.time_base);
}

int VideoMuxer::open(AtomicFile& file, const char* container, const AVStream& source, std::unique_ptr<VideoMuxer>& muxer) {
    muxer.reset(new VideoMuxer(file));
    if (const int code = muxer->allocate(container); code < 0) {
        return code;
    }
    AVStream& stream = *muxer->m_format->streams[0];
    stream.avg_frame_rate = source.avg_frame_rate;
    stream.sample_aspect_ratio = source.sample_aspect_ratio;
    if (const int code = avcodec_parameters_copy(stream.codecpar, source.codecpar); code < 0) {
        return code;
    }
    stream.codecpar->codec_tag = 0;  // the muxer's own for this codec
    return muxer->start(source.time_base);
}

int VideoMuxer::allocate(const char* container) {
    if (const int code = avformat_alloc_output_context2(&m_format, nullptr, container, nullptr); code < 0) {
        return code;
    }
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    m_bytes = buffer == nullptr ? nullptr : avio_alloc_context(buffer, kBufferBytes, 1, this, nullptr, writeBytes, seek);
    if (m_bytes == nullptr || avformat_new_stream(m_format, nullptr) == nullptr) {
        av_free(m_bytes == nullptr ? buffer : nullptr);
        return AVERROR(ENOMEM);
    }
    m_format->pb = m_bytes;
    m_format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS;
    return 0;
}

int VideoMuxer::start(AVRational timeBase) {
    m_timeBase = timeBase;
    m_format->streams[0]->time_base = timeBase;
    av_opt_set_int(m_format, "cluster_time_limit", kClusterMilliseconds, AV_OPT_SEARCH_CHILDREN);  // .mkv alone has it
    const int code = avformat_write_header(m_format, nullptr);
    return code < 0 ? code : m_bytes->error;
}

VideoMuxer::~VideoMuxer() {
    avformat_free_context(m_format);
    if (m_bytes != nullptr) {
        av_freep(&m_bytes->buffer);
        avio_context_free(&m_bytes);
    }
}

int VideoMuxer::write(AVPacket* packet, std::int64_t duration) {
    if (packet->duration == 0) {
        packet->duration = duration;
    }
    packet->stream_index = 0;
    av_packet_rescale_ts(packet, m_timeBase, m_format->streams[0]->time_base);
    const int code = av_interleaved_write_frame(m_format, packet);
    return code < 0 ? code : m_bytes->error;
}

int VideoMuxer::close() {
    const int code = av_write_trailer(m_format);
    avio_flush(m_bytes);
    return code < 0 ? code : m_bytes->error;
}

Result<VideoContents> readVideoContents(const std::string& path, const char* container, double rate) {
    const auto unreadable = [&](int code) {
        return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "“%1” cannot be read (%2)."), {path, ffmpegMessage(code)});
    };
    AVFormatContext* format = nullptr;
    // "file:" keeps a colon in the name from being taken for a protocol.
    const int opened = avformat_open_input(&format, ("file:" + path).c_str(), av_find_input_format(container), nullptr);
    if (opened < 0) {
        return unreadable(opened);
    }
    VideoContents contents;
    AVPacket* packet = av_packet_alloc();
    int code = packet == nullptr ? AVERROR(ENOMEM) : 0;
    std::int64_t first = INT64_MAX;
    std::int64_t end = INT64_MIN;
    while (code >= 0 && (code = av_read_frame(format, packet)) >= 0) {
        const double unit = av_q2d(format->streams[packet->stream_index]->time_base);
        const auto usual = static_cast<std::int64_t>(1.0 / (rate * unit) + 0.5);
        const std::int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        first = std::min(first, at);
        end = std::max(end, at + (packet->duration > 0 ? packet->duration : usual));
        contents.duration = static_cast<double>(end - first) * unit;
        ++contents.frames;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    if (code != AVERROR_EOF) {
        return unreadable(code);
    }
    return contents;
}

}  // namespace fovea
