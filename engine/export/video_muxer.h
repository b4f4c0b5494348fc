#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/export/video_encoder.h"
#include "engine/io/atomic_file.h"

extern "C" {
#include <libavformat/avformat.h>
}

namespace fovea {

/// FFmpeg's name of the container which an extension stands for; null when there is none.
const char* containerFor(const std::string& extension);

/// Puts packets into a container in a file; every byte goes through AtomicFile, so that no failure is lost.
class VideoMuxer final {
public:
    /// Writes the header. `file` outlives the muxer. 0 or an error number of FFmpeg.
    static int open(AtomicFile& file, const char* container, const VideoEncoder& encoder, std::unique_ptr<VideoMuxer>& muxer);
    /// The same for packets which were read from another container's stream.
    static int open(AtomicFile& file, const char* container, const AVStream& source, std::unique_ptr<VideoMuxer>& muxer);
    VideoMuxer(const VideoMuxer&) = delete;
    VideoMuxer& operator=(const VideoMuxer&) = delete;
    ~VideoMuxer();

    /// Takes over a packet whose times are in the time base of its encoder or stream. A frame without a duration lasts `duration`
    /// of it.
    int write(AVPacket* packet, std::int64_t duration);
    /// Writes the trailer.
    int close();

private:
    explicit VideoMuxer(AtomicFile& file) : m_file(file) {}
    int allocate(const char* container);
    int start(AVRational timeBase);
    static int writeBytes(void* self, std::uint8_t* bytes, int count);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    AtomicFile& m_file;
    AVFormatContext* m_format = nullptr;
    AVIOContext* m_bytes = nullptr;
    AVRational m_timeBase = {1, 1};
};

/// What a file holds, found by reading all of its packets.
struct VideoContents {
    std::int64_t frames = 0;
    double duration = 0.0;  ///< seconds, from the first frame to the end of the last one
};
Result<VideoContents> readVideoContents(const std::string& path, const char* container, double rate);

}  // namespace fovea
