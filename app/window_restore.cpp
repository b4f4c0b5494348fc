// Opening sessions: what is restored at once, what when the picture has come, and the list of what is missing.

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>

#include <utility>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

using Kind = SessionLoss::Kind;

/// Reads a session file, and removes it then where `forget` says so, unless it may be read another time.
Result<OpenedSession> takeSession(const QString& path, bool forget, const std::stop_token& stop) {
    auto read = readSession(path);
    if (stop.stop_requested()) {
        return jobStopped();
    }
    if (forget && (read || read.error().code == ErrorCode::BadFormat)) {
        QFile::remove(path);
        QFile::remove(path + QStringLiteral(".lock"));
    }
    return read;
}

}  // namespace

void MainWindow::connectRestoring() {
    connect(&m_session, &Session::resultChanged, this, &MainWindow::finishOpening);
    connect(&m_session, &Session::snapshot, this, &MainWindow::settleRestored);
    connect(&m_session, &Session::opening, this,
            [this](const QString& location) { m_restore.pictureOpening(location.toStdString()); });
    connect(&m_session, &Session::pictureChanged, this, [this] { m_restore.pictureOpened(shownSource().location); });
    connect(&m_session, &Session::bundleMissing, this, [this](const QString& folder, const QString& standIn, const Error& error) {
        if (!m_restore.modelFailed(folder.toStdString(), standIn.toStdString(), error)) {
            m_area->showMessage(errorText(error), true);
        }
    });
    connect(&m_session, &Session::pictureFailed, this, [this](const Error& error) {
        if (m_restore.awaitsPicture()) {  // the list says it
            m_area->clearMessage();
            m_restore.pictureFailed(error);
        }
    });
    connect(&m_session, &Session::bundleFailed, this, &MainWindow::openModelInstead);
    connect(&m_session, &Session::bundleOpened, this, [this] { m_opensSetModel = false; });
    connect(&m_restore, &RestoreControl::lossesChanged, this, &MainWindow::showNotices);
    connect(m_area->notices(), &NoticeList::closed, this, [this] {
        m_settingProblems.clear();
        m_restore.forget();
    });
}

void MainWindow::openSession(const QString& path, bool forget) {
    m_work.start<OpenedSession>(
        {.title = tr("Opening %1").arg(QFileInfo(path).fileName()), .about = path.toStdString(), .lane = "session"},
        [path, forget](const JobControl& control) { return takeSession(path, forget, control.stop()); },
        [this](const Result<OpenedSession>& read) {
            if (read) {
                applySession(*read);
            } else {
                sayFailed(read.error());
            }
        });
}

// A session from elsewhere opens files, but neither cameras nor addresses, unasked.
void MainWindow::applySession(OpenedSession opened) {
    m_opensSetModel = false;
    for (PaneState& pane : opened.file.state.panes) {
        if (pane.module.empty()) {
            pane.module = m_session.panes().current().module->id;
        }
    }
    m_restore.begin(opened);
    restoreAsStep(opened.file.state);
    m_area->setSplit(opened.file.split);
    if (m_restore.awaitsPicture()) {
        m_session.openSource(opened.file.source);
    }
}

// Restores a state as one step of undo; choices which turn out not to exist are dropped within that step.
void MainWindow::restoreAsStep(const SessionState& state) {
    restoreState(state);
    if (m_session.shown().result()) {
        takeState();
    }
    settleRestored();
}

// The picture of a session has come: the view goes where it was.
void MainWindow::finishOpening() {
    const SessionFile& file = m_restore.file();
    const Frame& frame = m_session.shown().result()->frame;
    if (!m_restore.awaitsPicture() || !frame.source || !m_session.shown().moduleResult() ||
        shownSource().location != file.source.location) {
        return;
    }
    for (const int index : m_area->canvases()) {
        m_area->canvas(index)->setPlace({.fitted = file.place.fitted, .zoom = file.place.zoom, .centre = file.place.centre});
    }
    MovingSource& source = m_session.source();
    if (source.active()) {
        source.setPlaying(false);
        source.seek(static_cast<qint64>(file.frame));
    }
    m_restore.pictureRestored(frame.source->sha256, source.active() ? source.traits().frames : 0);
}

// Dropped choices belong to the step which opened the session; they are no change of a person's.
void MainWindow::settleRestored() {
    if (m_restoring || m_session.models().isRestoring() || m_restore.isSettled()) {
        return;
    }
    if (m_noteTimer.isActive()) {
        takeState();
    }
    m_restoring = true;
    const bool dropped = m_restore.settle();
    m_restoring = false;
    if (dropped) {
        m_undo.amend(currentState());
    }
}

// The settings name a model which cannot be opened: the one which comes with the program is used.
void MainWindow::openModelInstead(const Error& error) {
    if (!std::exchange(m_opensSetModel, false)) {
        return;
    }
    m_area->clearMessage();
    m_settingProblems.push_back(
        makeError(error.code, FOVEA_TEXT("engine", "“features/model”: %1"), {errorText(error).toStdString()}));
    if (const QString own = QString::fromStdString(bundledModelFolder()); !own.isEmpty()) {
        m_session.openBundle(own);
    }
    showNotices();
}

void MainWindow::showNotices() {
    NoticeSection settings{.heading = tr("Values in the settings which are not allowed; their defaults are used"), .notices = {}};
    for (const Error& problem : m_settingProblems) {
        settings.notices.push_back({.text = errorText(problem)});
    }
    NoticeSection session{.heading = tr("Not everything in this session could be restored"), .notices = {}};
    for (const SessionLoss& loss : m_restore.losses()) {
        Notice notice{.text = errorText(loss.text)};
        if (loss.kind == Kind::Live) {
            notice.button = tr("Open it");
            notice.act = [this] { m_session.openSource(m_restore.file().source); };  // a source which opens ends the loss
        } else if (loss.kind != Kind::Note) {
            notice.button = tr("Locate…");
            notice.act = [this, loss] { locate(loss); };
        }
        session.notices.push_back(std::move(notice));
    }
    m_area->setNotices({std::move(settings), std::move(session)});
}

void MainWindow::locate(const SessionLoss& loss) {
    const QString purpose = loss.kind == Kind::Model     ? QStringLiteral("models")
                            : loss.kind == Kind::Weights ? QStringLiteral("weights")
                                                         : QStringLiteral("open");
    const QString from = m_settings.folder(purpose);
    const bool isFolder =
        loss.kind == Kind::Model || (loss.kind == Kind::Picture && m_restore.file().source.kind == SourceKind::Folder);
    QString path;
    if (loss.kind == Kind::Weights) {
        path = QFileDialog::getOpenFileName(this, tr("Locate the weights"), from, tr("Weights (*.safetensors);;All files (*)"));
    } else if (isFolder) {
        path = QFileDialog::getExistingDirectory(
            this, loss.kind == Kind::Model ? tr("Locate the folder of the model") : tr("Locate the folder of pictures"), from);
    } else {
        path = QFileDialog::getOpenFileName(this, tr("Locate the picture"), from);
    }
    if (path.isEmpty()) {
        return;
    }
    m_settings.setFolder(purpose, isFolder ? path : QFileInfo(path).path());
    m_work.start<QString>(
        {.about = path.toStdString()}, [path](const JobControl&) { return QFileInfo(path).canonicalFilePath(); },
        [this, loss](const Result<QString>& found) {
            if (found) {
                takeLocated(loss, *found);
            }
        });
}

void MainWindow::takeLocated(const SessionLoss& loss, const QString& path) {
    if (path.isEmpty()) {
        return;
    }
    const auto state = m_restore.located(loss, path.toStdString(), currentState());
    if (state) {
        restoreAsStep(*state);
    }
    if (loss.kind == Kind::Picture) {
        m_session.openSource(m_restore.file().source);
    }
}

}  // namespace fovea
