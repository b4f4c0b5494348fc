// What a program which ended unexpectedly has left, and the end in order.

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFileInfo>
#include <QLockFile>
#include <QThreadPool>

#include <utility>

#include "app/canvas_area.h"
#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/main_window.h"
#include "engine/thrown.h"
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

}  // namespace

void MainWindow::connectRecovery() {
    m_recording.setRecoveryFolder(Settings::recoveryFolder());
    m_recoveryWriter.setMaxThreadCount(1);
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
    QThreadPool::globalInstance()->start([this, folder = Settings::recoveryFolder().toStdString()] {
        const auto found =
            withoutThrowing(folder, [&folder] { return Result<std::vector<LostRecording>>(lostRecordings(folder)); });
        for (const LostRecording& lost : found ? *found : std::vector<LostRecording>()) {  // else they are offered the next time
            QMetaObject::invokeMethod(
                this, [this, lost] { offerRecording(lost); }, Qt::QueuedConnection);
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
    QThreadPool::globalInstance()->start([this, recording, stop = m_rescueStop.get_token()] {
        const auto outcome = withoutThrowing(recording.path, [&] { return finishRecording(recording, stop); });
        QMetaObject::invokeMethod(
            this, [this, outcome] { sayRecorded(outcome); }, Qt::QueuedConnection);
    });
}

void MainWindow::forgetRecording(const UnfinishedRecording& recording) {
    QThreadPool::globalInstance()->start([this, recording] {
        const auto deleted = withoutThrowing(recording.path, [&] { return deleteRecording(recording); });
        QMetaObject::invokeMethod(
            this,
            [this, deleted] {
                if (deleted) {
                    m_area->showMessage(tr("The recording was deleted."), false);
                } else {
                    m_area->showMessage(errorText(deleted.error()), true);
                }
                Q_EMIT exported({});
            },
            Qt::QueuedConnection);
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
