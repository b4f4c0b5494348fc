#include "app/shell/lost_recordings.h"

#include <QDir>
#include <QFileInfo>

#include <vector>

#include "app/canvas_area.h"
#include "app/settings.h"
#include "app/shell/announcements.h"
#include "app/shell/exports.h"

namespace fovea {
namespace {

QString nameOf(const UnfinishedRecording& recording) { return QFileInfo(QString::fromStdString(recording.path)).fileName(); }

}  // namespace

LostRecordings::LostRecordings(const Desk& desk, Announcements& announcements)
    : m_desk(desk), m_announcements(announcements), m_work(desk.jobs) {}

void LostRecordings::look() {
    const std::string folder = Settings::recoveryFolder().toStdString();
    m_work.start<std::vector<LostRecording>>(
        {.about = folder}, [folder](const JobControl&) { return lostRecordings(folder); },
        [this](const Result<std::vector<LostRecording>>& found) {
            for (const LostRecording& lost : found ? *found : std::vector<LostRecording>()) {  // else the next time
                offer(lost);
            }
        });
}

void LostRecordings::offer(const LostRecording& lost) {
    const QString path = QDir::toNativeSeparators(QString::fromStdString(lost.recording.path));
    const MessageAction forget{tr("Delete it"), [this, recording = lost.recording] { remove(recording); }};
    if (lost.playable) {
        m_announcements.add(
            {tr("Fovea ended unexpectedly while it recorded “%1”. What was recorded until then can be finished.").arg(path),
             false,
             {{tr("Finish it"), [this, recording = lost.recording] { finish(recording); }}, forget}});
    } else {
        m_announcements.add(
            {tr("Fovea ended unexpectedly while it recorded “%1”. What is left of it cannot be played.").arg(path),
             false,
             {forget}});
    }
}

// Finishing copies the whole recording, which takes long for a large one.
void LostRecordings::finish(const UnfinishedRecording& recording) {
    m_desk.area.showMessage(tr("The recording is being finished."), false);
    m_work.start<RecordingOutcome>(
        {.title = tr("Finishing %1").arg(nameOf(recording)), .about = recording.path, .lane = "rescue"},
        [recording](const JobControl& control) { return finishRecording(recording, control.stop()); },
        [this](const Result<RecordingOutcome>& outcome) { m_desk.exports.sayRecorded(outcome); });
}

void LostRecordings::remove(const UnfinishedRecording& recording) {
    m_work.start<void>(
        {.title = tr("Deleting %1").arg(nameOf(recording)),
         .about = recording.path,
         .end = JobEnd::Finish,
         .isCancellable = false},
        [recording](const JobControl&) { return deleteRecording(recording); },
        [this](const Result<void>& deleted) {
            m_desk.exports.sayEnded(deleted ? Result<QString>(tr("The recording was deleted."))
                                            : Result<QString>(deleted.error()));
        });
}

}  // namespace fovea
