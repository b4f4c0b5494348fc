#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "app/bounded_queue.h"
#include "app/recording_files.h"
#include "engine/pipeline/pipeline.h"
#include "engine/source/frame_source.h"

namespace fovea {

/// Every frame of a file through one module into a video, as values.
struct FileRecordingJob {
    std::function<Result<std::unique_ptr<FrameSource>>(const std::stop_token&)> open;
    ModelSpec model = RetinaOptions{};
    ModuleJob module;
    FieldSpec field;
    std::optional<PointValue> query = {};  ///< asked at this place of every picture, as fractions of it, instead of the field's
    OverlayStyle style;
    RecordingOptions recording;
    /// Asked about every result until one has an overlay; its error ends the recording.
    std::function<Result<void>(const FrameResult&)> check = {};
};

/// Frames recorded so far and of how many; 0 when the source does not say.
using RecordingProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Records every frame of a source once, at its own size and time; computes on this thread and encodes on another, of which
/// `progress` is called. Cancelled when stopped: then, as after any error, nothing is left. Frames which cannot be read are
/// passed over; they, an end which comes too early, and a disk which is nearly full are said in the outcome's note. Any thread.
Result<RecordingOutcome> recordFile(const FileRecordingJob& job, const std::stop_token& stop = {},
                                    const RecordingProgress& progress = {});

/// Records what is shown while it is shown, on a thread of its own.
class LiveRecording final {
public:
    /// How it ended; called once, by the recording's own thread: after finish(), after an error, or when the disk is nearly full.
    /// It must not destroy the recording.
    using Ended = std::function<void(const Result<RecordingOutcome>&)>;

    LiveRecording(RecordingOptions options, Ended ended);
    LiveRecording(const LiveRecording&) = delete;
    LiveRecording& operator=(const LiveRecording&) = delete;
    /// Finishes the file and waits for that.
    ~LiveRecording();

    /// Hands over a frame and never waits: a frame for which there is no room is dropped and counted. False when it was dropped
    /// or the recording has ended. Frames whose result has no overlay are recorded as pictures alone.
    bool push(FrameRecord record);
    /// Ends it after the frames handed over so far; does not wait.
    void finish();

    [[nodiscard]] std::uint64_t dropped() const noexcept { return m_dropped; }
    [[nodiscard]] std::int64_t frames() const noexcept { return m_frames; }

private:
    void run();
    Result<RecordingOutcome> record();
    /// Writes one frame; an error ends the recording.
    Result<void> write(const FrameRecord& frame, RecordingFiles& files);
    /// The sentence about a recording which ends with `problem`.
    Error failure(const Error& problem, RecordingFiles& files) const;

    const RecordingOptions m_options;
    const Ended m_ended;
    BoundedQueue<FrameRecord> m_queue;
    std::atomic<bool> m_open = true;
    std::atomic<std::uint64_t> m_dropped = 0;
    std::atomic<std::int64_t> m_frames = 0;
    double m_nextLook = 0.0;  // seconds of the recording when the free space is looked at again
    std::jthread m_thread;    // last: it uses all of the above
};

}  // namespace fovea
