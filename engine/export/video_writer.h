#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace cv {
class Mat;
}

namespace fovea {

class AtomicFile;

/// A way to store moving pictures.
struct VideoCodec {
    std::string id;         ///< "h264", "ffv1", "mjpeg"
    std::string title;      ///< FOVEA_TEXT: "H.264, small", "FFV1, lossless", "Motion JPEG, plays everywhere"
    std::string extension;  ///< of the file it goes into by itself: ".mp4", ".mkv", ".avi"
    bool lossless = false;
};

/// The codecs which encode on this machine, best first; each was tried by encoding a frame, once per run. FFV1 and Motion JPEG
/// are always among them. May take some tenths of a second the first time; any thread.
FOVEA_API const std::vector<VideoCodec>& videoCodecs();

/// Those of videoCodecs() which go into the container that the extension of `path` names; empty when it is none of .mp4, .mkv and
/// .avi.
FOVEA_API std::vector<VideoCodec> videoCodecsFor(const std::string& path);

/// The one to take when a person names none: small before lossless. NotFound for another extension.
FOVEA_API Result<std::string> defaultVideoCodec(const std::string& path);

struct VideoWriterOptions {
    std::string codec = "h264";          ///< VideoCodec::id
    double rate = 30.0;                  ///< frames per second as written into the header; of an .avi also those of steadyRate()
    std::vector<std::string> keep = {};  ///< neighbours which killed processes left and which are not removed
};

/// The one sentence about frames which an .avi cannot show in time.
FOVEA_API Error unsteadyTimes(const std::string& path);

/// Whether the container which the extension of `path` names keeps the time of each frame by itself; an .avi does not.
FOVEA_API bool keepsTimes(const std::string& path);

/// The frames per second at which an .avi shows frames at these rising times, in seconds: `said` if they keep to it, or else what
/// they keep to. A frame may be shown for several turns. Nothing where the times keep to no rate.
FOVEA_API std::optional<double> steadyRate(const std::vector<double>& times, double said);

/// What a finished file holds, as read back from it.
struct WrittenVideo {
    std::string path;
    std::int64_t frames = 0;
    double duration = 0.0;  ///< seconds
};

/// Writes frames into a temporary neighbour of `path`; only finish() gives the file its name. The container follows the extension
/// (.mp4, .mkv, .avi). Every frame keeps its own time, counted from the first one; an .avi has turns of 1/`rate` s, shows a frame
/// until the turn of the next one, and refuses a frame which comes between two turns. Of an .mkv all but the last seconds is on
/// the disk at any time and can be played. H.264 stores an odd width or height without thinning out the colours, since nothing
/// else keeps its last column or row. One thread at a time; may block on the disk.
class FOVEA_API VideoWriter {
public:
    /// Opens the neighbour and removes those which killed processes left, but for `keep`. Unsupported when the container cannot
    /// hold the codec.
    static Result<std::unique_ptr<VideoWriter>> create(const std::string& path, const VideoWriterOptions& options);
    VideoWriter() = default;
    VideoWriter(const VideoWriter&) = delete;
    VideoWriter& operator=(const VideoWriter&) = delete;
    /// Removes what was written unless finish() succeeded.
    virtual ~VideoWriter();

    /// Appends a frame, CV_8UC3 BGR or CV_8UC4 BGRX, all of the first one's size; times in seconds must rise. A full disk, a file
    /// which cannot be written or a wrong size is an error; what was written before stays good.
    virtual Result<void> write(const cv::Mat& pixels, double timestamp) = 0;
    /// Closes the file, opens it again and counts its frames: after that only its name is missing. If the count is wrong the file
    /// is kept under its temporary name, which the error says.
    virtual Result<WrittenVideo> close() = 0;
    /// The file which is written; after close() it can be committed.
    [[nodiscard]] virtual AtomicFile& file() noexcept = 0;
    /// close(), and the file takes its name.
    Result<WrittenVideo> finish();
    [[nodiscard]] virtual std::int64_t frames() const noexcept = 0;
    /// Bytes written so far; the encoder may hold back some frames.
    [[nodiscard]] virtual std::int64_t bytes() const noexcept = 0;
};

/// Bytes free for a file of this path; −1 when unknown.
FOVEA_API std::int64_t freeSpaceFor(const std::string& path);

}  // namespace fovea
