#include "app/shell/session_control.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>

#include <algorithm>
#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/save_dialog.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/exports.h"
#include "app/shell/undo_control.h"
#include "app/shell/workspaces.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

using Loss = SessionLoss::Kind;

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

/// The folder which the settings keep for what was lost.
QString purposeOf(const SessionLoss& loss) {
    return loss.kind == Loss::Model     ? QStringLiteral("models")
           : loss.kind == Loss::Weights ? QStringLiteral("weights")
                                        : QStringLiteral("open");
}

}  // namespace

SessionControl::SessionControl(const Desk& desk, UndoControl& undo)
    : m_desk(desk), m_undo(undo), m_restore(desk.session), m_settingProblems(desk.settings.problems()), m_work(desk.jobs) {
    connectSession();
    connect(&m_restore, &RestoreControl::lossesChanged, this, &SessionControl::showNotices);
    connect(m_desk.area.notices(), &NoticeList::closed, this, [this] {
        m_settingProblems.clear();
        m_restore.forget();
    });
}

void SessionControl::connectSession() {
    const Session& session = m_desk.session;
    connect(&session, &Session::resultChanged, this, &SessionControl::finishOpening);
    connect(&session, &Session::snapshot, this, &SessionControl::settle);
    connect(&session, &Session::opening, this,
            [this](const QString& location) { m_restore.pictureOpening(location.toStdString()); });
    connect(&session, &Session::pictureChanged, this, [this] { m_restore.pictureOpened(shownSource(m_desk.session).location); });
    connect(&session, &Session::bundleMissing, this, [this](const QString& folder, const QString& standIn, const Error& error) {
        if (!m_restore.modelFailed(folder.toStdString(), standIn.toStdString(), error)) {
            m_desk.area.showMessage(errorText(error), true);
        }
    });
    connect(&session, &Session::pictureFailed, this, [this](const Error& error) {
        if (m_restore.awaitsPicture()) {  // the list says it
            m_desk.area.clearMessage();
            m_restore.pictureFailed(error);
        }
    });
}

void SessionControl::bind(Actions& actions) {
    actions.bind("session.save", {.run = [this] { askWhereToSaveIt(); }});
}

SessionFile SessionControl::shownSession() {
    SessionFile file;
    file.state = m_undo.state();
    file.source = shownSource(m_desk.session);
    const Frame& frame = m_desk.session.frame();
    if (frame.source) {
        file.sha256 = frame.source->sha256;
    }
    file.frame = frame.index;
    const CanvasPlace place = m_desk.area.canvas()->view().place();
    file.place = {.fitted = place.fitted, .zoom = place.zoom, .centre = place.centre};
    file.split = m_desk.area.split();
    return file;
}

void SessionControl::askWhereToSaveIt() {
    const QString path = askWhereToSave(m_desk.window, tr("Save the session"), m_desk.settings.folder(QStringLiteral("export")),
                                        {tr("Sessions (*.fovea)")});
    if (!path.isEmpty()) {
        save(path);
    }
}

void SessionControl::save(const QString& path) {
    m_desk.exports.saveBytes(path, [path, file = m_restore.withMissing(shownSession())] {
        return sessionJson(file, QFileInfo(path).absolutePath()).toStdString();
    });
}

// Fovea keeps no trace of a camera: neither its frames, nor the fact that somebody looked at the camera.
SessionFile SessionControl::forRecovery() {
    const SessionFile shown = shownSession();
    if (shown.source.location.empty() || !isOnDisk(shown.source.kind)) {
        return {};
    }
    SessionFile file = m_restore.withMissing(shown);
    if (!isOnDisk(file.source.kind)) {  // the session which was opened waits for a camera
        const SessionState state = file.state;
        file = shown;
        file.state = state;
    }
    return file;
}

void SessionControl::open(const QString& path, bool forget) {
    m_work.start<OpenedSession>(
        {.title = tr("Opening %1").arg(QFileInfo(path).fileName()), .about = path.toStdString(), .lane = "session"},
        [path, forget](const JobControl& control) { return takeSession(path, forget, control.stop()); },
        [this](const Result<OpenedSession>& read) {
            if (read) {
                restore(*read);
            } else {
                m_desk.exports.sayFailed(read.error());
            }
        });
}

// A session opens its picture file unasked, but neither a camera nor an address: the session may come from somebody else.
void SessionControl::restore(OpenedSession opened) {
    Q_EMIT restoring();
    for (PaneState& pane : opened.file.state.panes) {
        if (pane.module.empty()) {
            pane.module = m_desk.session.panes().current().module->id;
        }
    }
    const auto views = m_desk.workspaces.views();
    const ViewId& view = opened.file.state.view;
    if (std::none_of(views.begin(), views.end(), [&view](const ViewOffer& offer) { return offer.id == view; })) {
        const auto said = FOVEA_TEXT("engine", "This version has no view “%1”; the overlay is shown.");
        opened.losses.push_back({.text = makeError(ErrorCode::BadFormat, said, {view})});
    }
    m_restore.begin(opened);
    restoreAsStep(opened.file.state);
    m_desk.area.setSplit(opened.file.split);
    if (m_restore.awaitsPicture()) {
        m_desk.session.openSource(opened.file.source);
    }
}

// Choices which turn out not to exist are dropped within the step.
void SessionControl::restoreAsStep(const SessionState& state) {
    m_undo.restoreAsStep(state);
    settle();
}

// Once the picture of a session is shown, every canvas goes back to the place which the session keeps.
void SessionControl::finishOpening() {
    Session& session = m_desk.session;
    const SessionFile& file = m_restore.file();
    const Frame& frame = session.shown().result()->frame;
    if (!m_restore.awaitsPicture() || !frame.source || !session.shown().moduleResult() ||
        shownSource(session).location != file.source.location) {
        return;
    }
    for (const int index : m_desk.area.canvases()) {
        m_desk.area.canvas(index)->setPlace({.fitted = file.place.fitted, .zoom = file.place.zoom, .centre = file.place.centre});
    }
    MovingSource& source = session.source();
    if (source.active()) {
        source.setPlaying(false);
        source.seek(static_cast<qint64>(file.frame));
    }
    m_restore.pictureRestored(frame.source->sha256, source.active() ? source.traits().frames : 0);
}

// Dropped choices belong to the step which opened the session; they are no change of a person's.
void SessionControl::settle() {
    if (!m_undo.isRestoring() && !m_desk.session.models().isRestoring() && !m_restore.isSettled()) {
        m_undo.amend([this] { return m_restore.settle(); });
    }
}

void SessionControl::addSettingProblem(const Error& problem) {
    m_settingProblems.push_back(problem);
    showNotices();
}

void SessionControl::showNotices() {
    NoticeSection settings{.heading = tr("Values in the settings which are not allowed; their defaults are used"), .notices = {}};
    for (const Error& problem : m_settingProblems) {
        settings.notices.push_back({.text = errorText(problem)});
    }
    NoticeSection session{.heading = tr("Not everything in this session could be restored"), .notices = {}};
    for (const SessionLoss& loss : m_restore.losses()) {
        Notice notice{.text = errorText(loss.text)};
        if (loss.kind == Loss::Live) {
            notice.button = tr("Open it");
            notice.act = [this] { m_desk.session.openSource(m_restore.file().source); };  // a source which opens ends the loss
        } else if (loss.kind != Loss::Note) {
            notice.button = tr("Locate…");
            notice.act = [this, loss] { locate(loss); };
        }
        session.notices.push_back(std::move(notice));
    }
    m_desk.area.setNotices({std::move(settings), std::move(session)});
}

void SessionControl::locate(const SessionLoss& loss) {
    const QString path = askForPathOf(loss);
    if (path.isEmpty()) {
        return;
    }
    m_desk.settings.setFolder(purposeOf(loss), isFolder(loss) ? path : QFileInfo(path).path());
    m_work.start<QString>(
        {.about = path.toStdString()}, [path](const JobControl&) { return QFileInfo(path).canonicalFilePath(); },
        [this, loss](const Result<QString>& found) {
            if (found) {
                takeLocated(loss, *found);
            }
        });
}

bool SessionControl::isFolder(const SessionLoss& loss) const {
    return loss.kind == Loss::Model || (loss.kind == Loss::Picture && m_restore.file().source.kind == SourceKind::Folder);
}

QString SessionControl::askForPathOf(const SessionLoss& loss) {
    const QString from = m_desk.settings.folder(purposeOf(loss));
    if (loss.kind == Loss::Weights) {
        return QFileDialog::getOpenFileName(m_desk.window, tr("Locate the weights"), from,
                                            tr("Weights (*.safetensors);;All files (*)"));
    }
    if (isFolder(loss)) {
        const bool isModel = loss.kind == Loss::Model;
        return QFileDialog::getExistingDirectory(
            m_desk.window, isModel ? tr("Locate the folder of the model") : tr("Locate the folder of pictures"), from);
    }
    return QFileDialog::getOpenFileName(m_desk.window, tr("Locate the picture"), from);
}

void SessionControl::takeLocated(const SessionLoss& loss, const QString& path) {
    if (path.isEmpty()) {
        return;
    }
    if (const auto state = m_restore.located(loss, path.toStdString(), m_undo.state())) {
        restoreAsStep(*state);
    }
    if (loss.kind == Loss::Picture) {
        m_desk.session.openSource(m_restore.file().source);
    }
}

}  // namespace fovea
