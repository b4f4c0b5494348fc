#pragma once

#include <opencv2/core/mat.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/recording_note.h"
#include "engine/export/frame_csv.h"
#include "engine/export/video_writer.h"
#include "engine/render/render.h"

namespace fovea {

/// A recording ends by itself when less than kBytesKeptFree is free, or less than kSecondsKeptFree seconds of it need. It can
/// still be finished then.
inline constexpr std::int64_t kBytesKeptFree = 200'000'000;
inline constexpr double kSecondsKeptFree = 10.0;

/// How a recording is stored.
struct RecordingOptions {
    std::string path;                      ///< .mp4, .mkv or .avi; the table and the description lie beside it as .csv and .json
    std::string codec;                     ///< VideoCodec::id; empty: defaultVideoCodec()
    double rate = 30.0;                    ///< frames per second, where the source does not say
    bool beside = false;                   ///< the original to the left of the overlay
    bool caption = true;                   ///< module, map and weights in the lower left corner of the overlay
    bool csv = true;                       ///< the table of frames
    std::vector<std::string> inputs = {};  ///< files which are read; none of them is replaced
    bool isNew = false;                    ///< takes a name which nobody has, as “<name> (2)”, instead of replacing a file
    std::string recoveryFolder = {};       ///< where notes of recordings lie; what they name is not removed as left over
    bool keepsNote = false;                ///< has a note of its own there while it is under way
    std::function<std::int64_t(const std::string&)> freeSpace = freeSpaceFor;
};

/// One frame to record, as values.
struct FrameRecord {
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;
    OverlayStyle style;
    std::optional<ValueRange> rangeBefore = {};  ///< of the frame before, for a range which follows the frames
};

/// What a finished recording consists of.
struct RecordingOutcome {
    WrittenVideo video;
    std::string csvPath;  ///< empty when there is none
    std::string sidecarPath;
    std::uint64_t dropped = 0;        ///< frames which came faster than they could be written; live recordings only
    std::optional<Error> note;        ///< why it is shorter than asked for, or what is missing in it
    std::int64_t sourceFrames = 0;    ///< how many the source holds; 0 when it does not say
    std::vector<Error> renamed = {};  ///< for each file which got another name than expected
};

/// A frame as it goes into the video.
struct DrawnFrame {
    cv::Mat pixels;  ///< CV_8UC4
    FrameRow row;    ///< but for its number
    FrameRecord record;
    std::shared_ptr<const ScalarField> field;
    std::optional<Error> problem;  ///< why the picture was drawn alone
};

/// The overlay at the picture's own size, with what the options put on it or beside it; Cancelled when stopped. Any thread.
Result<DrawnFrame> drawFrame(const FrameRecord& record, const RecordingOptions& options, const std::stop_token& stop = {});

/// Video, table and description of one recording, which appear one right after the other. Removed unless finish() succeeds. One
/// thread at a time.
class RecordingFiles final {
public:
    static Result<std::unique_ptr<RecordingFiles>> create(const RecordingOptions& options);

    /// Writes a frame at its own time. Where a source goes back, the recording goes on one frame later.
    Result<void> append(const DrawnFrame& frame);
    /// Whether the disk has no more room than is kept free.
    [[nodiscard]] bool diskNearlyFull() const;
    [[nodiscard]] std::int64_t frames() const noexcept { return m_video->frames(); }
    /// Seconds from the first frame to the last.
    [[nodiscard]] double seconds() const noexcept { return m_time; }
    /// After a failure: leaves the unfinished files for the next start, which offers them, where there is a note of them. Whether
    /// that is so.
    bool leaveForNextStart();
    /// `sourceFrames`: how many the source holds, 0 when it does not say.
    Result<RecordingOutcome> finish(std::uint64_t dropped, std::optional<Error> note, std::int64_t sourceFrames = 0);

private:
    RecordingFiles(RecordingOptions options, RecordingOutcome outcome, std::unique_ptr<VideoWriter> video,
                   std::optional<FrameCsv> csv);
    void keepNote();
    [[nodiscard]] std::string sidecar(const RecordingOutcome& outcome) const;
    Result<void> replace(const RecordingOutcome& outcome);
    Result<void> takeNewNames(RecordingOutcome& outcome);

    RecordingOptions m_options;
    std::string m_asked;                    // the path which was asked for; a recording which replaces nothing may get another
    RecordingOutcome m_outcome;             // its paths and notes are known from the beginning
    std::unique_ptr<RecordingNote> m_note;  // goes after the files
    std::unique_ptr<VideoWriter> m_video;
    std::optional<FrameCsv> m_csv;
    double m_offset = 0.0;  // from the source's times to those of the recording, which begin at 0
    double m_time = 0.0;
    double m_firstSourceTime = 0.0;
    // The frame which the description describes: the last one with an overlay.
    FrameRecord m_last;
    std::shared_ptr<const ScalarField> m_lastField;
    FrameRow m_lastRow;
};

/// The one sentence of a disk which is nearly full.
Error diskNearlyFullNote(const std::string& path, std::int64_t frames);

}  // namespace fovea
