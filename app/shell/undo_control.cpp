#include "app/shell/undo_control.h"

#include <QEvent>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/session/session.h"
#include "app/shell/workspaces.h"

namespace fovea {

UndoControl::UndoControl(const Desk& desk) : m_desk(desk) {
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    connect(&m_soon, &QTimer::timeout, this, &UndoControl::note);
    followSession();
    connect(&m_desk.workspaces, &Workspaces::viewChanged, this, &UndoControl::noteSoon);
    connect(&m_desk.area, &CanvasArea::differenceShownChanged, this, &UndoControl::noteSoon);
    connect(&m_desk.area, &CanvasArea::canvasMade, this, &UndoControl::watch);
    for (const int index : m_desk.area.canvases()) {
        watch(index);
    }
}

void UndoControl::followSession() {
    Session& session = m_desk.session;
    for (const auto signal : {&PaneControl::panesChanged, &PaneControl::mechanismChanged, &PaneControl::parametersChanged,
                              &PaneControl::interventionChanged, &PaneControl::weightsChanged, &PaneControl::modelChanged}) {
        connect(&session.paneControl(), signal, this, &UndoControl::noteSoon);
    }
    for (const auto signal :
         {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinsChanged, &FieldControl::pinnedChanged}) {
        connect(&session.fieldControl(), signal, this, &UndoControl::noteSoon);
    }
    connect(&session.display(), &DisplayControl::styleChanged, this, &UndoControl::noteSoon);
    // A result may end a trial of weights, and the first one is the state with which everything begins.
    connect(&session, &Session::resultChanged, this, &UndoControl::noteSoon);
}

void UndoControl::bind(Actions& actions) {
    actions.bind("edit.undo",
                 {.run = [this] { undo(); }, .isEnabled = [this] { return m_soon.isActive() || m_states.canUndo(); }});
    actions.bind("edit.redo", {.run = [this] { redo(); }, .isEnabled = [this] { return m_states.canRedo(); }});
}

void UndoControl::watch(int index) { m_desk.area.canvas(index)->installEventFilter(this); }

SessionState UndoControl::state() const {
    SessionState state = m_desk.session.state();
    m_desk.workspaces.save(state);
    return state;
}

// Nothing is noted before there is something to see, so that undo never leads out of the first picture. One key may change panes,
// mechanism and view with a signal each; it is noted as one step when all of them are through.
void UndoControl::noteSoon() {
    if (m_desk.session.shown().result() && !m_isRestoring) {
        m_soon.start();
    }
}

void UndoControl::endStep() {
    if (m_soon.isActive()) {
        note();
    }
}

void UndoControl::note() {
    m_soon.stop();
    m_states.note(state());
    Q_EMIT stepTaken();
}

void UndoControl::restore(const SessionState& state) {
    m_isRestoring = true;
    m_desk.session.restore(state);
    m_desk.workspaces.restore(state);
    m_isRestoring = false;
}

void UndoControl::restoreAsStep(const SessionState& state) {
    restore(state);
    if (m_desk.session.shown().result()) {
        note();
    }
}

void UndoControl::amend(const std::function<bool()>& change) {
    endStep();
    m_isRestoring = true;
    const bool hasChanged = change();
    m_isRestoring = false;
    if (hasChanged) {
        m_states.amend(state());
    }
}

void UndoControl::undo() {
    endStep();
    if (const SessionState* state = m_states.undo()) {
        restore(*state);
    }
}

void UndoControl::redo() {
    endStep();
    if (const SessionState* state = m_states.redo()) {
        restore(*state);
    }
}

bool UndoControl::eventFilter(QObject* watched, QEvent* event) {
    const bool begins = event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress ||
                        event->type() == QEvent::MouseButtonPress;
    if (begins) {
        endStep();
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace fovea
