#include "app/shell/recovery.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QUuid>

#include <utility>

#include "app/canvas_area.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/announcements.h"
#include "app/shell/session_control.h"
#include "app/shell/undo_control.h"
#include "engine/io/atomic_file.h"

namespace fovea {
namespace {

constexpr int kRecoveryMilliseconds = 1000;
const QString kSessionSuffix = QStringLiteral(".fovea");

/// The lock of a session file; a program which has gone holds it no longer.
std::unique_ptr<QLockFile> lockOf(const QString& session) {
    auto lock = std::make_unique<QLockFile>(session + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);
    return lock;
}

}  // namespace

Recovery::Recovery(const Desk& desk, UndoControl& undo, SessionControl& sessions, Announcements& announcements)
    : m_desk(desk),
      m_sessions(sessions),
      m_announcements(announcements),
      m_file(Settings::recoveryFolder() + u'/' + QUuid::createUuid().toString(QUuid::WithoutBraces) + kSessionSuffix),
      m_lock(lockOf(m_file)),
      m_work(desk.jobs) {
    QDir().mkpath(Settings::recoveryFolder());
    m_lock->tryLock(0);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRecoveryMilliseconds);
    connect(&m_soon, &QTimer::timeout, this, &Recovery::keep);
    connect(&undo, &UndoControl::stepTaken, this, [this] {
        if (!m_soon.isActive()) {
            m_soon.start();
        }
    });
    connect(&m_desk.area, &CanvasArea::canvasMade, this, &Recovery::watch);
    for (const int index : m_desk.area.canvases()) {
        watch(index);
    }
    connect(&m_desk.session, &Session::pictureChanged, this, [this] {
        if (std::exchange(m_isToOffer, false)) {
            offer();
        }
    });
}

Recovery::~Recovery() {
    m_soon.stop();
    m_work.end();  // the last of the file's writers
    QFile::remove(m_file);
}

void Recovery::watch(int index) {
    connect(m_desk.area.canvas(index), &Canvas::placeChanged, this, [this] { m_soon.start(); });
}

// Nobody is told of a failure: on a full disk Fovea merely has no session to bring back.
void Recovery::keep() {
    const SessionFile file = m_sessions.forRecovery();
    if (file.source.location.empty()) {
        return;
    }
    m_work.start<void>({.lane = "recovery", .order = JobOrder::ReplacesWaiting},
                       [path = m_file.toStdString(), file](const JobControl&) {
                           return writeFileAtomically(path, sessionJson(file).toStdString());
                       });
}

void Recovery::offerWhenShown() { m_isToOffer = true; }

void Recovery::offer() {
    const QFileInfoList left =
        QDir(Settings::recoveryFolder()).entryInfoList({QLatin1Char('*') + kSessionSuffix}, QDir::Files, QDir::Time);
    for (const QFileInfo& file : left) {
        const QString path = file.filePath();
        const auto lock = lockOf(path);
        if (path != m_file && lock->tryLock(0)) {
            lock->unlock();
            m_announcements.add({tr("Fovea ended unexpectedly. Its last session can be brought back."),
                                 false,
                                 {{tr("Bring it back"), [this, path] { m_sessions.open(path, true); }}}});
            return;
        }
    }
}

void Recovery::sayWhatIsNotKept() {
    const QString file = QDir::toNativeSeparators(Settings::file());
    const bool keepsSessions = m_lock->isLocked();
    const bool savesNothing = m_desk.settings.trouble() == Settings::Trouble::ReadOnly;
    if (m_desk.settings.trouble() == Settings::Trouble::Refused) {
        const QString said =
            tr("“%1” cannot be read as a settings file: Fovea uses its defaults and saves no settings; move it away.");
        m_announcements.add({said.arg(file), true});
    }
    if (savesNothing && !keepsSessions) {
        const QString said = tr(
            "“%1” cannot be written: settings are not saved, and nothing can be brought back if Fovea ends unexpectedly; make it "
            "writable.");
        m_announcements.add({said.arg(QFileInfo(file).path())});
    } else if (savesNothing) {
        m_announcements.add({tr("“%1” cannot be written: settings are not saved; make it writable.").arg(file)});
    } else if (!keepsSessions) {
        const QString said =
            tr("“%1” cannot be written: nothing can be brought back if Fovea ends unexpectedly; make it writable.");
        m_announcements.add({said.arg(QDir::toNativeSeparators(Settings::recoveryFolder()))});
    }
}

}  // namespace fovea
