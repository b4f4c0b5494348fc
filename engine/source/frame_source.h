#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// Where frames come from.
enum class SourceKind { Image, Folder, Video, Camera, Stream };
inline constexpr SourceKind kLastSourceKind = SourceKind::Stream;

/// Whether sources of this kind are files or folders. All others are live.
constexpr bool isOnDisk(SourceKind kind) noexcept { return kind != SourceKind::Camera && kind != SourceKind::Stream; }

/// A source to open, as a value.
struct SourceSpec {
    SourceKind kind = SourceKind::Image;
    std::string location;  ///< path of a file or folder, "/dev/video0", "http://…", "rtsp://…"
    int width = 0;         ///< wanted of a camera; 0: 640
    int height = 0;        ///< wanted of a camera; 0: 480
    double rate = 0.0;     ///< wanted of a camera, frames per second; 0: 30
    bool mirror = false;   ///< exchange left and right, as in a mirror
    bool operator==(const SourceSpec&) const = default;
};

/// What an open source says of itself.
struct SourceTraits {
    SourceKind kind = SourceKind::Image;
    std::string name;         ///< file name, name of the camera, host of the URL
    bool live = false;        ///< frames come by themselves: there is no earlier one and none can wait
    bool seekable = false;    ///< seek() works, exactly
    double rate = 0.0;        ///< frames per second as the source says; 0 when it does not say
    std::int64_t frames = 0;  ///< length; 0 when unknown or endless
    double duration = 0.0;    ///< seconds, to the end of the last frame; 0 when unknown or endless
    int width = 0;            ///< of the upright frames
    int height = 0;
    std::string note;  ///< FOVEA_TEXT: something a person should know ("the file does not say its rate …"), or empty
};

/// Gives the frames of one source, upright and BGR, in order. Used by one thread at a time; reading may block, and a stop request
/// ends that soon. All frames of a source share one SourceInfo; index and timestamp are filled in, `sequence` is left to the
/// caller.
class FOVEA_API FrameSource {
public:
    FrameSource() = default;
    FrameSource(const FrameSource&) = delete;
    FrameSource& operator=(const FrameSource&) = delete;
    virtual ~FrameSource();

    [[nodiscard]] virtual const SourceTraits& traits() const noexcept = 0;
    /// The next frame. ErrorCode::Ended after the last one, Cancelled when stopped, Disconnected when a live source went away,
    /// any other code when this frame cannot be read (the one after it may be).
    virtual Result<Frame> next(const std::stop_token& stop) = 0;
    /// Passes over one frame without converting it, for a reader which is late; as next() otherwise.
    virtual Result<void> skip(const std::stop_token& stop);
    /// Makes next() give the frame with this index, exactly. An index outside the source is clamped. Unsupported if not seekable.
    virtual Result<void> seek(std::int64_t index, const std::stop_token& stop);
    /// The time of a frame of a seekable source in seconds, whether its times are regular or not; 0 when unknown.
    [[nodiscard]] virtual double timeOf(std::int64_t index) const;
};

/// Opens a source and checks that it gives frames of a size which is allowed. One sentence says what is wrong: no such file, not
/// a video, nobody answers, the camera is busy, forbidden or gone. Any thread; may block until `stop` or the source's own time
/// limit.
FOVEA_API Result<std::unique_ptr<FrameSource>> openSource(const SourceSpec& spec, const std::stop_token& stop = {});

/// What a person means by a path or an address: a folder, a video (by its first bytes, never by its name), a picture, a camera's
/// device node, a URL of http, https, rtsp or tcp.
FOVEA_API Result<SourceSpec> sourceSpecFor(const std::string& text);

}  // namespace fovea
