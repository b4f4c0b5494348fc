// What a program which ended unexpectedly has left, and the end in order.

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFileInfo>
#include <QLockFile>

#include <utility>

#include "app/canvas_area.h"
#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/main_window.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

/// Says why a recording failed where nobody sees the window any more; whether it did.
bool complainOf(const Result<RecordingOutcome>& outcome) {
    const bool failed = !outcome && outcome.error().code != ErrorCode::Cancelled;
    if (failed) {
        complain(outcome.error());
    }
    return failed;
}

QString fileName(const UnfinishedRecording& recording) { return QFileInfo(QString::fromStdString(recording.path)).fileName(); }

}  // namespace

void MainWindow::connectRecovery() {
    m_recording.setRecoveryFolder(Settings::recoveryFolder());
    connect(m_area, &CanvasArea::announcementAnswered, this, &MainWindow::showNextAnnouncement);
}

void MainWindow::announce(Announcement announcement) {
    m_announcements.push_back(std::move(announcement));
    showNextAnnouncement();
}

// The action of a button may have shown another announcement already.
void MainWindow::showNextAnnouncement() {
    if (!m_announcements.empty() && m_area->announcement().isEmpty()) {
        Announcement next = std::move(m_announcements.front());
        m_announcements.pop_front();
        m_area->showAnnouncement(next.sentence, next.isError, std::move(next.actions));
    }
}

void MainWindow::sayWhatIsNotKept() {
    const QString file = QDir::toNativeSeparators(Settings::file());
    const bool keepsSessions = m_recoveryLock->isLocked();
    const bool savesNothing = m_settings.trouble() == Settings::Trouble::ReadOnly;
    if (m_settings.trouble() == Settings::Trouble::Refused) {
        const QString said =
            tr("“%1” cannot be read as a settings file: Fovea uses its defaults and saves no settings; move it away.");
        announce({said.arg(file), true, {}});
    }
    if (savesNothing && !keepsSessions) {
        const QString said = tr(
            "“%1” cannot be written: settings are not saved, and nothing can be brought back if Fovea ends unexpectedly; make it "
            "writable.");
        announce({said.arg(QFileInfo(file).path()), false, {}});
    } else if (savesNothing) {
        announce({tr("“%1” cannot be written: settings are not saved; make it writable.").arg(file), false, {}});
    } else if (!keepsSessions) {
        const QString said =
            tr("“%1” cannot be written: nothing can be brought back if Fovea ends unexpectedly; make it writable.");
        announce({said.arg(QDir::toNativeSeparators(Settings::recoveryFolder())), false, {}});
    }
}

void MainWindow::offerRecordings() {
    const std::string folder = Settings::recoveryFolder().toStdString();
    m_work.start<std::vector<LostRecording>>(
        {.about = folder}, [folder](const JobControl&) { return lostRecordings(folder); },
        [this](const Result<std::vector<LostRecording>>& found) {
            for (const LostRecording& lost : found ? *found : std::vector<LostRecording>()) {  // else the next time
                offerRecording(lost);
            }
        });
}

void MainWindow::offerRecording(const LostRecording& lost) {
    const QString path = QDir::toNativeSeparators(QString::fromStdString(lost.recording.path));
    const MessageAction forget{tr("Delete it"), [this, recording = lost.recording] { forgetRecording(recording); }};
    if (lost.playable) {
        announce({tr("Fovea ended unexpectedly while it recorded “%1”. What was recorded until then can be finished.").arg(path),
                  false,
                  {{tr("Finish it"), [this, recording = lost.recording] { rescueRecording(recording); }}, forget}});
    } else {
        announce({tr("Fovea ended unexpectedly while it recorded “%1”. What is left of it cannot be played.").arg(path),
                  false,
                  {forget}});
    }
}

// All of it is copied, which may take as long as the recording is large.
void MainWindow::rescueRecording(const UnfinishedRecording& recording) {
    m_area->showMessage(tr("The recording is being finished."), false);
    m_work.start<RecordingOutcome>(
        {.title = tr("Finishing %1").arg(fileName(recording)), .about = recording.path, .lane = "rescue"},
        [recording](const JobControl& control) { return finishRecording(recording, control.stop()); },
        [this](const Result<RecordingOutcome>& outcome) { sayRecorded(outcome); });
}

void MainWindow::forgetRecording(const UnfinishedRecording& recording) {
    m_work.start<void>(
        {.title = tr("Deleting %1").arg(fileName(recording)),
         .about = recording.path,
         .end = JobEnd::Finish,
         .isCancellable = false},
        [recording](const JobControl&) { return deleteRecording(recording); },
        [this](const Result<void>& deleted) {
            if (deleted) {
                m_area->showMessage(tr("The recording was deleted."), false);
            } else {
                sayFailed(deleted.error());
            }
            Q_EMIT exported({});
        });
}

bool MainWindow::waitForRecording() {
    bool failed = false;
    if (m_recording.busy()) {
        QEventLoop loop;
        connect(&m_recording, &RecordingControl::ended, &loop, [&loop, &failed](const Result<RecordingOutcome>& outcome) {
            failed = complainOf(outcome);
            loop.quit();
        });
        m_recording.stop();
        loop.exec(QEventLoop::ExcludeUserInputEvents);
    }
    return !failed;
}

void MainWindow::endInOrder() {
    if (m_recording.busy()) {
        connect(&m_recording, &RecordingControl::ended, this,
                [this](const Result<RecordingOutcome>& outcome) { leave(complainOf(outcome) ? kExitFailed : kExitDone); });
        m_recording.stop();
    } else {
        leave(kExitDone);
    }
}

void MainWindow::leave(int status) {
    close();
    QCoreApplication::exit(status);  // out of a dialog which is open, too
}

}  // namespace fovea
