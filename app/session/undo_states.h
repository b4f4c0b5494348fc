#pragma once

#include <QElapsedTimer>

#include <vector>

#include "app/session/session_state.h"

namespace fovea {

/// The states a session went through, to go back and on. Changes of one value which follow each other quickly, such as those of a
/// slider that is dragged, count as one.
class UndoStates final {
public:
    static constexpr std::size_t kMost = 200;
    static constexpr qint64 kOneChangeMilliseconds = 500;

    /// Notes the state after a change; equal to the current one it is nothing new.
    void note(const SessionState& state);
    /// Replaces the current state without adding a step.
    void amend(const SessionState& state);
    /// The state before, or after, which is current from now on; null when there is none.
    const SessionState* undo();
    const SessionState* redo();
    [[nodiscard]] bool canUndo() const { return m_current > 0; }
    [[nodiscard]] bool canRedo() const { return m_current + 1 < m_states.size(); }

private:
    std::vector<SessionState> m_states;
    std::size_t m_current = 0;
    QElapsedTimer m_sinceNote;
    unsigned m_lastChange = 0;  ///< what the newest step changed; 0 after going back
};

}  // namespace fovea
