#pragma once

#include <QObject>
#include <QTimer>

#include <functional>

#include "app/session/undo_states.h"
#include "app/shell/desk.h"

namespace fovea {

/// Undo and redo of what is chosen in the session and in the workspaces. GUI thread only.
class UndoControl final : public QObject {
    Q_OBJECT

public:
    /// Comes after the workspaces: what a person does with a canvas begins a step of its own before a workspace hears of it.
    explicit UndoControl(const Desk& desk);

    /// Says what the entries of undo do.
    void bind(Actions& actions);
    /// All that is chosen now.
    [[nodiscard]] SessionState state() const;
    /// Goes to a state without noting it as a step.
    void restore(const SessionState& state);
    /// Goes to a state as one step.
    void restoreAsStep(const SessionState& state);
    /// Runs a change which belongs to the step before. `change` returns whether it has changed anything.
    void amend(const std::function<bool()>& change);
    /// Whether a state is being restored now.
    [[nodiscard]] bool isRestoring() const { return m_isRestoring; }

Q_SIGNALS:
    /// Something was done which may be undone.
    void stepTaken();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void followSession();
    void watch(int index);
    void noteSoon();
    void endStep();
    void note();
    void undo();
    void redo();

    Desk m_desk;
    UndoStates m_states;
    bool m_isRestoring = false;
    QTimer m_soon;
};

}  // namespace fovea
