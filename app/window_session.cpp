// Undo, sessions as files, and the session which is kept in case the program ends unexpectedly.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QUuid>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/save_dialog.h"
#include "engine/io/atomic_file.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr int kRecoveryMilliseconds = 1000;
const QString kSessionSuffix = QStringLiteral(".fovea");

}  // namespace

void MainWindow::connectUndo() {
    for (const auto signal : {&PaneControl::panesChanged, &PaneControl::mechanismChanged, &PaneControl::parametersChanged,
                              &PaneControl::interventionChanged, &PaneControl::weightsChanged, &PaneControl::modelChanged}) {
        connect(&m_session.paneControl(), signal, this, &MainWindow::noteState);
    }
    for (const auto signal :
         {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinsChanged, &FieldControl::pinnedChanged}) {
        connect(&m_session.fieldControl(), signal, this, &MainWindow::noteState);
    }
    connect(&m_session.display(), &DisplayControl::styleChanged, this, &MainWindow::noteState);
    // A result may end a trial of weights, and the first one is the state with which everything begins.
    connect(&m_session, &Session::resultChanged, this, &MainWindow::noteState);
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(0);
    connect(&m_noteTimer, &QTimer::timeout, this, &MainWindow::takeState);
    m_recoveryTimer.setSingleShot(true);
    m_recoveryTimer.setInterval(kRecoveryMilliseconds);
    connect(&m_recoveryTimer, &QTimer::timeout, this, &MainWindow::keepRecovery);
    const QString folder = m_settings.recoveryFolder();
    QDir().mkpath(folder);
    m_recovery = folder + u'/' + QUuid::createUuid().toString(QUuid::WithoutBraces) + kSessionSuffix;
    m_recoveryLock = std::make_unique<QLockFile>(m_recovery + QStringLiteral(".lock"));
    m_recoveryLock->setStaleLockTime(0);
    m_recoveryLock->tryLock(0);
}

SessionState MainWindow::currentState() {
    SessionState state = m_session.state();
    state.view = m_view;
    state.difference = m_area->differenceShown();
    return state;
}

// Nothing is noted before there is something to see, so that undo never leads out of the first picture. One key may change panes,
// module and view with a signal each; it is noted as one step when all of them are through.
void MainWindow::noteState() {
    if (m_session.shown().result() && !m_restoring) {
        m_noteTimer.start();
    }
}

void MainWindow::takeState() {
    m_noteTimer.stop();
    m_undo.note(currentState());
    if (!m_recoveryTimer.isActive()) {
        m_recoveryTimer.start();
    }
}

void MainWindow::restoreState(const SessionState& state) {
    m_restoring = true;
    m_session.restore(state);
    m_area->setDifferenceShown(state.difference);
    setView(state.view);
    m_restoring = false;
}

void MainWindow::undo() {
    if (m_noteTimer.isActive()) {
        takeState();
    }
    if (const SessionState* state = m_undo.undo()) {
        restoreState(*state);
    }
}

void MainWindow::redo() {
    if (m_noteTimer.isActive()) {
        takeState();
    }
    if (const SessionState* state = m_undo.redo()) {
        restoreState(*state);
    }
}

SourceSpec MainWindow::shownSource() {
    const MovingSource& source = m_session.source();
    const auto& still = m_session.frame().source;
    return source.active() ? source.spec() : SourceSpec{.location = still ? still->path : std::string()};
}

SessionFile MainWindow::sessionFile() {
    SessionFile file;
    file.state = currentState();
    file.source = shownSource();
    const Frame& frame = m_session.frame();
    if (frame.source) {
        file.sha256 = frame.source->sha256;
    }
    file.frame = frame.index;
    const CanvasPlace place = m_area->canvas()->view().place();
    file.place = {.fitted = place.fitted, .zoom = place.zoom, .centre = place.centre};
    file.split = m_area->split();
    return file;
}

void MainWindow::saveSessionDialog() {
    const QString path =
        askWhereToSave(this, tr("Save the session"), m_settings.folder(QStringLiteral("export")), {tr("Sessions (*.fovea)")});
    if (!path.isEmpty()) {
        saveSession(path);
    }
}

void MainWindow::saveSession(const QString& path) {
    exportFile(path, [path, file = m_restore.withMissing(sessionFile())] {
        return sessionJson(file, QFileInfo(path).absolutePath()).toStdString();
    });
}

// Of a camera nothing is kept: neither its frames, nor that it was looked at.
void MainWindow::keepRecovery() {
    const SessionFile shown = sessionFile();
    if (shown.source.location.empty() || !isOnDisk(shown.source.kind)) {
        return;
    }
    SessionFile file = m_restore.withMissing(shown);
    if (!isOnDisk(file.source.kind)) {  // the session which was opened waits for a camera
        const SessionState state = file.state;
        file = shown;
        file.state = state;
    }
    // On a full disk, or without memory, there is only nothing to come back to.
    m_work.start<void>({.lane = "recovery", .order = JobOrder::ReplacesWaiting},
                       [path = m_recovery.toStdString(), file](const JobControl&) {
                           return writeFileAtomically(path, sessionJson(file).toStdString());
                       });
}

void MainWindow::dropRecovery() {
    m_recoveryTimer.stop();
    QFile::remove(m_recovery);
}

// The newest session whose program is gone without having ended.
void MainWindow::offerRecovery() {
    const QFileInfoList left =
        QDir(m_settings.recoveryFolder()).entryInfoList({QLatin1Char('*') + kSessionSuffix}, QDir::Files, QDir::Time);
    for (const QFileInfo& file : left) {
        const QString path = file.filePath();
        QLockFile lock(path + QStringLiteral(".lock"));
        lock.setStaleLockTime(0);
        if (path != m_recovery && lock.tryLock(0)) {
            lock.unlock();
            announce({tr("Fovea ended unexpectedly. Its last session can be brought back."),
                      false,
                      {{tr("Bring it back"), [this, path] { openSession(path, true); }}}});
            return;
        }
    }
}

}  // namespace fovea
