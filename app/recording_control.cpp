#include "app/recording_control.h"

#include <QThreadPool>

#include <algorithm>

namespace fovea {
namespace {

constexpr int kTellEvery = 250;

}  // namespace

RecordingControl::RecordingControl(Session& session, QObject* parent) : QObject(parent), m_session(session) {
    m_timer.setInterval(kTellEvery);
    connect(&m_timer, &QTimer::timeout, this, &RecordingControl::tellProgress);
}

RecordingControl::~RecordingControl() { m_fileStop.request_stop(); }

void RecordingControl::startLive(const QString& path, bool beside) {
    if (m_live || m_ofFile) {
        return;
    }
    RecordingOptions options;
    options.path = path.toStdString();
    options.beside = beside;
    options.inputs = {m_session.controller().source().spec().location};
    m_path = options.path;
    m_firstTime = -1.0;
    m_lastSequence = 0;
    // Its end is told on the recording's own thread.
    m_live = std::make_unique<LiveRecording>(options, [this](const Result<RecordingOutcome>& outcome) {
        QMetaObject::invokeMethod(
            this, [this, outcome] { finishLive(outcome); }, Qt::QueuedConnection);
    });
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
    const auto field = m_session.field();
    if (m_live || m_ofFile || !field) {
        return;
    }
    m_ofFile = true;
    m_fileStop = std::stop_source();
    FileRecordingJob job{
        .open = [spec = m_session.controller().source().spec()](const std::stop_token& stop) { return openSource(spec, stop); },
        .retina = m_session.retina(),
        .network = m_session.network(),
        .module = m_session.job(m_session.module()),
        .field = *field,
        .style = m_session.style(),
        .recording = {}};
    job.recording.inputs = {m_session.controller().source().spec().location, job.module.weightsFile};
    job.recording.path = path.toStdString();
    job.recording.beside = beside;
    QThreadPool::globalInstance()->start([this, job = std::move(job), stop = m_fileStop.get_token()] {
        const auto outcome = recordFile(job, stop, [this](std::int64_t done, std::int64_t total) {
            QMetaObject::invokeMethod(
                this, [this, done, total] { Q_EMIT fileProgressed(done, total); }, Qt::QueuedConnection);
        });
        QMetaObject::invokeMethod(
            this, [this, outcome] { finishFile(outcome); }, Qt::QueuedConnection);
    });
}

void RecordingControl::stop() {
    if (m_live) {
        m_live->finish();
    }
    m_fileStop.request_stop();
}

void RecordingControl::tellProgress() {
    if (m_live) {
        Q_EMIT progressed(std::max(0.0, m_lastTime - std::max(0.0, m_firstTime)), m_live->frames(), freeSpaceFor(m_path));
    }
}

void RecordingControl::finishLive(const Result<RecordingOutcome>& outcome) {
    m_timer.stop();
    m_live.reset();  // its thread has said its last word
    Q_EMIT ended(outcome);
}

void RecordingControl::finishFile(const Result<RecordingOutcome>& outcome) {
    m_ofFile = false;
    Q_EMIT ended(outcome);
}

}  // namespace fovea
