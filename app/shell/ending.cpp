#include "app/shell/ending.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QWidget>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/recording_control.h"

namespace fovea {
namespace {

/// Says on stderr why a recording failed, because nobody sees the window any more. Returns whether the recording failed.
bool complainOf(const Result<RecordingOutcome>& outcome) {
    const bool failed = !outcome && outcome.error().code != ErrorCode::Cancelled;
    if (failed) {
        complain(outcome.error());
    }
    return failed;
}

}  // namespace

Ending::Ending(QWidget* window, RecordingControl& recording) : m_window(window), m_recording(recording) {}

bool Ending::waitForRecording() {
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

void Ending::endInOrder() {
    if (m_recording.busy()) {
        connect(&m_recording, &RecordingControl::ended, this,
                [this](const Result<RecordingOutcome>& outcome) { leave(complainOf(outcome) ? kExitFailed : kExitDone); });
        m_recording.stop();
    } else {
        leave(kExitDone);
    }
}

void Ending::leave(int status) {
    m_window->close();
    QCoreApplication::exit(status);  // out of a dialog which is open, too
}

}  // namespace fovea
