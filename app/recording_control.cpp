#include "app/recording_control.h"

#include <QFileInfo>
#include <QThread>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace fovea {
namespace {

constexpr int kTellEvery = 250;

RecordingControl* s_running = nullptr;  // which records now

/// Qt calls exit() out of the event loop when the display goes away: no destructor of the window runs then. Other threads are at
/// work still, so that nothing else may be destroyed either.
void finishAtExit() {
    if (s_running != nullptr && s_running->thread() == QThread::currentThread()) {
        s_running->finishNow();
        std::_Exit(EXIT_FAILURE);
    }
}

}  // namespace

RecordingControl::RecordingControl(Session& session, BackgroundJobs& jobs, QObject* parent)
    : QObject(parent), m_session(session), m_jobs(jobs), m_work(jobs) {
    m_timer.setInterval(kTellEvery);
    connect(&m_timer, &QTimer::timeout, this, &RecordingControl::tellProgress);
    connect(&m_jobs, &BackgroundJobs::progressed, this, [this](JobNumber job, qint64 done, qint64 total) {
        if (job == m_fileJob) {
            tellFileProgress(done, total);
        }
    });
}

RecordingControl::~RecordingControl() {
    finishNow();
    s_running = s_running == this ? nullptr : s_running;
}

// exit() destroys static objects in the reverse order of their making. Registered now, finishAtExit() runs while the objects
// which the recording uses still exist.
void RecordingControl::rememberAtExit() {
    s_running = this;
    std::atexit(finishAtExit);
}

// The first frame has made more static objects.
void RecordingControl::rememberFirstFrame() {
    if (!std::exchange(m_remembersFrames, true)) {
        rememberAtExit();
    }
}

void RecordingControl::startLive(const QString& path, bool beside) {
    if (m_live || m_ofFile) {
        return;
    }
    RecordingOptions options;
    options.path = path.toStdString();
    options.beside = beside;
    options.inputs = {m_session.source().spec().location};
    options.isNew = true;
    options.recoveryFolder = m_recoveryFolder;
    options.keepsNote = true;
    m_path = options.path;
    m_firstTime = -1.0;
    m_lastSequence = 0;
    // Its end is told on the recording's own thread.
    m_live = std::make_unique<LiveRecording>(options, [this](const Result<RecordingOutcome>& outcome) {
        QMetaObject::invokeMethod(
            this, [this, outcome] { finishLive(outcome); }, Qt::QueuedConnection);
    });
    rememberAtExit();
    m_remembersFrames = false;
    m_timer.start();
    tellProgress();
}

void RecordingControl::take(const RenderedOverlay& overlay) {
    const auto& result = overlay.request.result;
    // Another zoom of the same picture is no further frame, and a stale overlay belongs to a picture which was recorded already.
    if (!m_live || !result || overlay.request.over.valid() || !overlay.request.field ||
        result->frame.sequence <= m_lastSequence) {
        return;
    }
    m_lastSequence = result->frame.sequence;
    m_lastTime = result->frame.timestamp;
    if (m_firstTime < 0.0) {
        m_firstTime = m_lastTime;
    }
    m_live->push({.result = result,
                  .field = *overlay.request.field,
                  .style = overlay.request.style,
                  .rangeBefore = overlay.request.rangeBefore});
}

void RecordingControl::startFile(const QString& path, bool beside) {
    const auto field = m_session.shown().field();
    if (m_live || m_ofFile || !field) {
        return;
    }
    m_ofFile = true;
    FileRecordingJob job{
        .open = [spec = m_session.source().spec()](const std::stop_token& stop) { return openSource(spec, stop); },
        .model = m_session.panes().current().model,
        .module = m_session.job(),
        .field = *field,
        .style = m_session.display().style(),
        .recording = {}};
    job.recording.inputs = {m_session.source().spec().location, job.module.weightsFile};
    job.recording.path = path.toStdString();
    job.recording.beside = beside;
    job.recording.recoveryFolder = m_recoveryFolder;
    job.recording.keepsNote = true;
    m_remembersFrames = false;
    rememberAtExit();
    JobSpec spec{.title = tr("Recording %1").arg(QFileInfo(path).fileName()), .about = job.recording.path};
    m_fileJob = m_work.start<RecordingOutcome>(
        std::move(spec),
        [job = std::move(job)](const JobControl& control) {
            return recordFile(job, control.stop(),
                              [&control](std::int64_t done, std::int64_t total) { control.progress(done, total); });
        },
        [this](const Result<RecordingOutcome>& outcome) { finishFile(outcome); });
}

void RecordingControl::stop() {
    if (m_live) {
        m_live->finish();
    }
    m_jobs.cancel(m_fileJob);
}

void RecordingControl::finishNow() {
    stop();
    m_live.reset();
    m_work.wait();
}

void RecordingControl::tellProgress() {
    if (m_live) {
        if (m_live->frames() > 0) {
            rememberFirstFrame();
        }
        Q_EMIT progressed(std::max(0.0, m_lastTime - std::max(0.0, m_firstTime)), m_live->frames(), freeSpaceFor(m_path));
    }
}

void RecordingControl::tellFileProgress(std::int64_t done, std::int64_t total) {
    rememberFirstFrame();
    Q_EMIT fileProgressed(done, total);
}

void RecordingControl::finishLive(const Result<RecordingOutcome>& outcome) {
    m_timer.stop();
    m_live.reset();  // waits for nothing: its thread has said its last word
    s_running = nullptr;
    Q_EMIT ended(outcome);
}

void RecordingControl::finishFile(const Result<RecordingOutcome>& outcome) {
    m_ofFile = false;
    s_running = nullptr;
    Q_EMIT ended(outcome);
}

}  // namespace fovea
