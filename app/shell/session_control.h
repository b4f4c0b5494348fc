#pragma once

#include <QObject>

#include <vector>

#include "app/restore_control.h"
#include "app/shell/desk.h"
#include "engine/runtime/job_owner.h"

namespace fovea {

class UndoControl;

/// Sessions as files: saved in the background, opened as one step of undo, with a list of what could not be restored. GUI thread
/// only.
class SessionControl final : public QObject {
    Q_OBJECT

public:
    /// `undo` outlives the object.
    SessionControl(const Desk& desk, UndoControl& undo);

    /// Says what the entries about sessions do.
    void bind(Actions& actions);
    /// Saves what is chosen, with the picture by reference.
    void save(const QString& path);
    /// Opens a session file, and removes the file then where `forget` says so.
    void open(const QString& path, bool forget = false);
    /// The session as it is shown, as its recovery file keeps it; without a location where nothing may be kept.
    [[nodiscard]] SessionFile forRecovery();
    /// Lists a value of the settings which is not allowed.
    void addSettingProblem(const Error& problem);
    /// Shows the list of what could not be restored, in the language of the window.
    void showNotices();

Q_SIGNALS:
    /// A session is being restored: its model comes in place of another which may be opening.
    void restoring();

private:
    void connectSession();
    void askWhereToSaveIt();
    [[nodiscard]] SessionFile shownSession();
    void restore(OpenedSession opened);
    void restoreAsStep(const SessionState& state);
    void finishOpening();
    void settle();
    void locate(const SessionLoss& loss);
    [[nodiscard]] bool isFolder(const SessionLoss& loss) const;
    [[nodiscard]] QString askForPathOf(const SessionLoss& loss);
    void takeLocated(const SessionLoss& loss, const QString& path);

    Desk m_desk;
    UndoControl& m_undo;
    RestoreControl m_restore;
    std::vector<Error> m_settingProblems;  ///< wrong settings which the list still shows
    JobOwner m_work;                       ///< last: its jobs call the rest
};

}  // namespace fovea
