#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/result.h"

struct AVCodecContext;
struct AVDictionary;
struct AVFormatContext;
struct AVFrame;
struct AVIOContext;
struct AVPacket;
struct AVStream;

namespace fovea {

/// Ends FFmpeg's blocking calls: when a stop is requested, or when a time limit is over.
class AvInterrupt final {
public:
    /// From now on calls end when `stop` is requested, or after `limit`; zero: no limit.
    void arm(const std::stop_token& stop, std::chrono::milliseconds limit);
    [[nodiscard]] bool stopped() const noexcept { return m_stop.stop_requested(); }
    [[nodiscard]] bool expired() const noexcept;
    /// FFmpeg's AVIOInterruptCB, `self` being an AvInterrupt.
    static int check(void* self) noexcept;

private:
    std::stop_token m_stop;
    bool m_limited = false;
    std::chrono::steady_clock::time_point m_end;
};

/// What to open, and how.
struct AvOpening {
    std::string url;     ///< "file:/…" or an address
    std::string name;    ///< for messages: a file's name, an address without its password
    std::string reader;  ///< FFmpeg's name of the demuxer; never left to the file to choose
    std::vector<std::pair<std::string, std::string>> options;
    bool live = false;                 ///< decode with the least delay, instead of the greatest speed
    bool probe = true;                 ///< read ahead to find out what the header does not say
    AVIOContext* transport = nullptr;  ///< an open connection to read from, kept by the caller; nullptr: opens `url`
};

/// What one step of decoding came to.
enum class AvStep {
    Frame,    ///< frame() is the next one
    Damaged,  ///< a frame could not be decoded; the next step goes on behind it
    Ended,    ///< the input has no more; readError() tells whether it ended as it should
    Stopped   ///< a stop was requested, or the time limit is over
};

/// One open demuxer, the decoder of its pictures, and FFmpeg's rules about freeing both. Not copied, not moved.
class AvInput final {
public:
    static Result<std::unique_ptr<AvInput>> open(const AvOpening& opening, std::unique_ptr<AvInterrupt> interrupt);
    AvInput(const AvInput&) = delete;
    AvInput& operator=(const AvInput&) = delete;
    ~AvInput();

    [[nodiscard]] AvInterrupt& interrupt() noexcept { return *m_interrupt; }
    [[nodiscard]] AVFormatContext* format() const noexcept { return m_format; }
    [[nodiscard]] AVStream* stream() const noexcept { return m_stream; }
    /// Name of the codec for a person, "H.264".
    [[nodiscard]] std::string codecTitle() const;

    /// Reads the next packet of the pictures; 0, or FFmpeg's error.
    int readPacket();
    [[nodiscard]] const AVPacket& packet() const noexcept { return *m_packet; }

    /// Decodes up to the next frame.
    AvStep decode();
    [[nodiscard]] const AVFrame& frame() const noexcept { return *m_frame; }
    /// Why reading ended, as FFmpeg's error; AVERROR_EOF for a regular end.
    [[nodiscard]] int readError() const noexcept { return m_readError; }
    /// When the last packet was read.
    [[nodiscard]] std::chrono::steady_clock::time_point arrival() const noexcept { return m_arrival; }

    /// Goes to the keyframe at or before a time of the stream, or to a place in the file where `bytes` is set. decode() goes on
    /// with the first keyframe read there.
    bool jump(std::int64_t time, std::int64_t bytes);

private:
    AvInput();
    Result<void> openFormat(const AvOpening& opening);
    Result<void> openDecoder(const AvOpening& opening);

    std::unique_ptr<AvInterrupt> m_interrupt;
    AVFormatContext* m_format = nullptr;
    AVStream* m_stream = nullptr;
    AVCodecContext* m_decoder = nullptr;
    AVPacket* m_packet;
    AVFrame* m_frame;
    bool m_needsKey = false;  ///< after a jump: what lies before the first keyframe cannot be decoded
    bool m_drained = false;   ///< the decoder was told that no more will come
    int m_readError = 0;
    std::chrono::steady_clock::time_point m_arrival;
};

/// The sentence about an FFmpeg error while connecting to the address `shown`, or about the stop or the time limit that ended it.
Error connectionError(const std::string& shown, int code, const AvInterrupt& interrupt);

/// The EXIF number 1–8 of the turn a stream asks for by its display matrix.
int orientationOf(const AVStream& stream);

}  // namespace fovea
