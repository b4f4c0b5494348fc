#include "app/recorder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/export/output_places.h"
#include "engine/render/query_place.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

constexpr std::size_t kFramesInFlight = 3;  // drawn, but not yet encoded
constexpr std::size_t kLiveFramesInFlight = 8;
constexpr std::int64_t kFewestProblems = 64;  // of a damaged source, before it is taken to go on for ever
constexpr double kSecondsBetweenLooks = 1.0;

/// The frames per second of a recording; an error where its container cannot show the frames of the source in time.
Result<double> rateFor(const FrameSource& source, const RecordingOptions& options) {
    const SourceTraits& traits = source.traits();
    const double said = traits.rate > 0.0 ? traits.rate : options.rate;
    if (keepsTimes(options.path) || !traits.seekable) {
        return said;
    }
    std::vector<double> times;
    for (std::int64_t k = 0; k < traits.frames; ++k) {
        times.push_back(source.timeOf(k));
    }
    const auto steady = steadyRate(times, said);
    return steady ? Result<double>(*steady) : Result<double>(unsteadyTimes(options.path));
}

/// One run of recordFile(): reading, computing and drawing on the caller's thread, encoding on a second one.
class FileRecorder final {
public:
    FileRecorder(const FileRecordingJob& job, std::stop_token stop, const RecordingProgress& progress)
        : m_job(job), m_cancel(std::move(stop)), m_progress(progress) {}

    Result<RecordingOutcome> run();

private:
    Result<void> compute();
    Result<bool> computeNext();
    [[nodiscard]] Result<void> checkInput(const Frame& frame) const;
    Result<bool> passOver(const Error& problem);
    [[nodiscard]] std::optional<Error> shortfall() const;
    Result<void> encode();
    void giveUp();

    const FileRecordingJob& m_job;
    const std::stop_token m_cancel;
    const RecordingProgress& m_progress;
    std::stop_source m_stop;  // of the computing: cancelled, or the encoder gave up
    std::unique_ptr<FrameSource> m_source;
    Pipeline m_pipeline;
    std::unique_ptr<RecordingFiles> m_files;
    BoundedQueue<DrawnFrame> m_queue{kFramesInFlight};
    std::int64_t m_total = 0;
    std::int64_t m_read = 0;
    std::int64_t m_problems = 0;  // errors of the source: damaged frames, and the one about a missing end
    bool m_overlaid = false;      // a frame has had an overlay
    std::optional<ValueRange> m_rangeBefore;
    std::optional<Error> m_lastProblem;   // why the last frame has none
    std::optional<Error> m_firstProblem;  // of the source
    std::optional<Error> m_diskNote;      // the encoder's, as is the failure
    std::optional<Error> m_failure;
};

Result<RecordingOutcome> FileRecorder::run() {
    auto source = m_job.open(m_cancel);
    if (!source) {
        return source.error();
    }
    m_source = *std::move(source);
    m_total = m_source->traits().frames;
    RecordingOptions options = m_job.recording;
    const auto rate = rateFor(*m_source, options);
    if (!rate) {
        return rate.error();
    }
    options.rate = *rate;
    auto files = RecordingFiles::create(options);
    if (!files) {
        return files.error();
    }
    m_files = *std::move(files);
    const std::stop_callback cancel(m_cancel, [this] { giveUp(); });
    std::jthread encoder([this] {
        if (auto encoded = withoutThrowing(m_job.recording.path, [this] { return encode(); }); !encoded) {
            m_failure = encoded.error();
            giveUp();  // or the other thread would wait for room in the queue
        }
    });
    const auto computed = withoutThrowing(m_source->traits().name, [this] { return compute(); });
    if (computed) {
        m_queue.close();
    } else {
        m_queue.abort();
    }
    encoder.join();
    if (m_cancel.stop_requested()) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The recording was stopped."));
    }
    if (m_failure) {
        return *m_failure;
    }
    if (!computed && !m_diskNote) {
        return computed.error();
    }
    return m_files->finish(0, m_diskNote ? m_diskNote : shortfall(), m_total);
}

void FileRecorder::giveUp() {
    m_stop.request_stop();
    m_queue.abort();
}

Result<void> FileRecorder::compute() {
    for (;;) {
        const auto more = computeNext();
        if (!more) {
            return more.error();
        }
        if (!*more) {
            // A source too short for a mechanism which compares several frames.
            return m_lastProblem ? Result<void>(*m_lastProblem) : Result<void>();
        }
    }
}

/// False after the last frame.
Result<bool> FileRecorder::computeNext() {
    auto frame = m_source->next(m_stop.get_token());
    if (!frame) {
        return passOver(frame.error());
    }
    if (auto kept = checkInput(*frame); !kept) {
        return kept.error();
    }
    frame->sequence = static_cast<std::uint64_t>(m_read) + 1;  // 0 is a single picture
    const auto result =
        m_pipeline.run({.epoch = 1, .frame = *frame, .models = {{m_job.model, {m_job.module}}}}, m_stop.get_token());
    if (!result) {
        return result.error();
    }
    if (!m_overlaid && m_job.check) {
        if (auto good = m_job.check(**result); !good) {
            return good.error();
        }
    }
    FieldSpec field = m_job.field;
    field.job = jobId(m_job.module, modelId(m_job.model));
    if (m_job.query) {
        askOnPicture(field, **result, *m_job.query);
    }
    auto drawn = drawFrame({*result, field, m_job.style, m_rangeBefore}, m_job.recording, m_stop.get_token());
    if (!drawn) {
        return drawn.error();
    }
    // The first frames of a mechanism which compares several have no overlay yet.
    if (drawn->problem && (m_overlaid || !m_job.module.info->needs.clip)) {
        return *drawn->problem;
    }
    if (drawn->field) {
        m_overlaid = true;
        m_rangeBefore = effectiveRange(*drawn->field, m_job.style);
    }
    m_lastProblem = drawn->problem;
    ++m_read;
    return m_queue.push(*std::move(drawn));
}

/// The job may not have named the file among its inputs which its source turns out to read.
Result<void> FileRecorder::checkInput(const Frame& frame) const {
    return m_read == 0 && frame.source ? OutputPlaces({frame.source->path}).take(m_job.recording.path) : Result<void>();
}

/// After a frame which cannot be read: whether there may be another one.
Result<bool> FileRecorder::passOver(const Error& problem) {
    if (problem.code == ErrorCode::Cancelled) {
        return problem;
    }
    const bool ended = problem.code == ErrorCode::Ended;
    if (!ended) {
        m_firstProblem = m_firstProblem.value_or(problem);
        ++m_problems;
    }
    if (!ended && m_problems < std::max(kFewestProblems, m_total)) {
        return true;
    }
    if (m_read == 0 && m_firstProblem) {
        return *m_firstProblem;
    }
    return false;
}

/// The sentence about frames of the source which the recording lacks; nothing when it has them all.
std::optional<Error> FileRecorder::shortfall() const {
    const std::string& name = m_source->traits().name;
    if (m_total <= 0 && m_firstProblem) {
        return makeError(m_firstProblem->code, FOVEA_TEXT("engine", "%2 frames of “%1” were recorded, others cannot be read: %3"),
                         {name, std::to_string(m_read), m_firstProblem->message()});
    }
    if (m_read >= m_total) {
        return m_firstProblem
                   ? std::optional(makeError(ErrorCode::BadFormat,
                                             FOVEA_TEXT("engine", "“%1” is cut off: its first %2 frames were recorded."),
                                             {name, std::to_string(m_read)}))
                   : std::nullopt;
    }
    if (m_firstProblem) {
        return makeError(m_firstProblem->code, FOVEA_TEXT("engine", "“%1” holds %2 frames; %3 were recorded: %4"),
                         {name, std::to_string(m_total), std::to_string(m_read), m_firstProblem->message()});
    }
    return makeError(
        ErrorCode::BadFormat,
        FOVEA_TEXT("engine", "“%1” holds %2 frames; %3 were recorded, the others cannot be read; choose an intact copy."),
        {name, std::to_string(m_total), std::to_string(m_read)});
}

Result<void> FileRecorder::encode() {
    while (const auto drawn = m_queue.pop()) {
        if (auto written = m_files->append(*drawn); !written) {
            return written;
        }
        if (m_progress) {
            m_progress(m_files->frames(), m_total);
        }
        if (m_files->diskNearlyFull()) {
            m_diskNote = diskNearlyFullNote(m_job.recording.path, m_files->frames());
            giveUp();
            return {};
        }
    }
    return {};
}

}  // namespace

Result<RecordingOutcome> recordFile(const FileRecordingJob& job, const std::stop_token& stop, const RecordingProgress& progress) {
    return withoutThrowing(job.recording.path, [&] { return FileRecorder(job, stop, progress).run(); });
}

LiveRecording::LiveRecording(RecordingOptions options, Ended ended)
    : m_options(std::move(options)), m_ended(std::move(ended)), m_queue(kLiveFramesInFlight), m_thread([this] { run(); }) {}

LiveRecording::~LiveRecording() {
    finish();
    m_thread.join();
}

bool LiveRecording::push(FrameRecord record) {
    if (!m_open) {
        return false;
    }
    const bool taken = m_queue.tryPush(std::move(record));
    m_dropped += taken ? 0 : 1;
    return taken;
}

void LiveRecording::finish() {
    m_open = false;
    m_queue.close();
}

void LiveRecording::run() {
    const auto outcome = withoutThrowing(m_options.path, [this] { return record(); });
    m_open = false;
    m_queue.abort();
    m_ended(outcome);
}

Result<RecordingOutcome> LiveRecording::record() {
    // Opened here: the codecs are tried the first time, and a disk may be slow.
    auto files = RecordingFiles::create(m_options);
    if (!files) {
        return files.error();
    }
    std::optional<Error> note;
    while (const auto frame = m_queue.pop()) {
        if (auto written = write(*frame, **files); !written) {
            // Frames of another size, say: what there is until then is good.
            if ((*files)->frames() == 0 || written.error().code == ErrorCode::Unwritable) {
                return failure(written.error(), **files);
            }
            note = written.error();
            break;
        }
        m_frames = (*files)->frames();
        if ((*files)->seconds() >= m_nextLook) {
            m_nextLook = (*files)->seconds() + kSecondsBetweenLooks;
            if ((*files)->diskNearlyFull()) {
                note = diskNearlyFullNote(m_options.path, (*files)->frames());
                break;
            }
        }
    }
    m_open = false;
    m_dropped += m_queue.abort();
    const auto finished = withoutThrowing(m_options.path, [&] { return (*files)->finish(m_dropped, note); });
    return finished ? finished : Result<RecordingOutcome>(failure(finished.error(), **files));
}

/// A recording which cannot be finished, on a full disk say, must not cost the frames which are written already.
Error LiveRecording::failure(const Error& problem, RecordingFiles& files) const {
    if (!files.leaveForNextStart()) {
        return problem;
    }
    if (problem.code != ErrorCode::Unwritable) {
        return makeError(problem.code,
                         FOVEA_TEXT("engine",
                                    "The recording “%1” cannot be finished (%2). What was recorded until then is offered when "
                                    "Fovea starts the next time."),
                         {m_options.path, problem.message()});
    }
    return makeError(ErrorCode::Unwritable,
                     FOVEA_TEXT("engine",
                                "The recording “%1” cannot be written any more; free some space. What was recorded until then is "
                                "offered when Fovea starts the next time."),
                     {m_options.path});
}

Result<void> LiveRecording::write(const FrameRecord& frame, RecordingFiles& files) {
    return withoutThrowing(m_options.path, [&] {
        const auto drawn = drawFrame(frame, m_options);
        return drawn ? files.append(*drawn) : Result<void>(drawn.error());
    });
}

}  // namespace fovea
