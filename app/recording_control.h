#pragma once

#include <QObject>
#include <QTimer>

#include <memory>
#include <string>

#include "app/recorder.h"
#include "app/session/session.h"
#include "engine/runtime/job_owner.h"

namespace fovea {

/// Records what the session shows: the overlays of a moving source as they are painted, or a whole file frame by frame. One at a
/// time. GUI thread only; everything slow is done elsewhere.
class RecordingControl final : public QObject {
    Q_OBJECT

public:
    /// The recording of a file is one of `jobs`.
    RecordingControl(Session& session, BackgroundJobs& jobs, QObject* parent = nullptr);
    /// finishNow().
    ~RecordingControl() override;

    /// Where the notes of recordings lie while they are made, so that a later run finds what a killed one left.
    void setRecoveryFolder(const QString& folder) { m_recoveryFolder = folder.toStdString(); }
    [[nodiscard]] bool busy() const { return live() || ofFile(); }
    [[nodiscard]] bool live() const { return m_live != nullptr; }
    [[nodiscard]] bool ofFile() const { return m_ofFile; }

    /// Records overlays from now on until stop(); `beside` puts the original to their left.
    void startLive(const QString& path, bool beside);
    /// Takes an overlay which was painted; nothing happens while no live recording runs.
    void take(const RenderedOverlay& overlay);
    /// Records every frame of the source which is open, with the module, map and style which are chosen now.
    void startFile(const QString& path, bool beside);
    /// Ends a live recording and keeps it; cancels that of a file. Does not wait: ended() follows.
    void stop();
    /// Calls stop() and waits: until a live recording has its files, or the files of a cancelled one are removed. For the end of
    /// the program.
    void finishNow();

Q_SIGNALS:
    /// A live recording goes on.
    void progressed(double seconds, qint64 frames, qint64 freeBytes);
    /// The recording of a file goes on; `total` is 0 when unknown.
    void fileProgressed(qint64 done, qint64 total);
    /// It is over. Cancelled is no failure.
    void ended(const fovea::Result<fovea::RecordingOutcome>& outcome);

private:
    void rememberAtExit();
    void rememberFirstFrame();
    void tellProgress();
    void tellFileProgress(std::int64_t done, std::int64_t total);
    void finishLive(const Result<RecordingOutcome>& outcome);
    void finishFile(const Result<RecordingOutcome>& outcome);

    Session& m_session;
    BackgroundJobs& m_jobs;
    std::unique_ptr<LiveRecording> m_live;
    std::string m_path;
    std::string m_recoveryFolder;
    double m_firstTime = -1.0;
    double m_lastTime = 0.0;
    std::uint64_t m_lastSequence = 0;
    bool m_ofFile = false;
    JobNumber m_fileJob = 0;
    bool m_remembersFrames = false;
    QTimer m_timer;
    JobOwner m_work;  // last: its job calls the rest
};

}  // namespace fovea
