#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

#include "app/shell/desk.h"
#include "engine/runtime/job_owner.h"

class QLockFile;

namespace fovea {

class Announcements;
class SessionControl;
class UndoControl;

/// Keeps what is shown in a file, in case the program ends unexpectedly, and offers what an earlier program has left. GUI thread
/// only.
class Recovery final : public QObject {
    Q_OBJECT

public:
    /// All arguments outlive the object.
    Recovery(const Desk& desk, UndoControl& undo, SessionControl& sessions, Announcements& announcements);
    /// Removes the file: the program ends in order.
    ~Recovery() override;

    /// Offers the newest session of a program which has not ended in order, as soon as there is a picture.
    void offerWhenShown();
    /// Says what of settings and sessions cannot be kept, because its place cannot be written.
    void sayWhatIsNotKept();

private:
    void watch(int index);
    void keep();
    void offer();

    Desk m_desk;
    SessionControl& m_sessions;
    Announcements& m_announcements;
    QString m_file;
    std::unique_ptr<QLockFile> m_lock;
    QTimer m_soon;
    bool m_isToOffer = false;
    JobOwner m_work;  ///< last: its jobs call the rest
};

}  // namespace fovea
