#pragma once

#include <QObject>

#include <vector>

#include "app/shell/view_offer.h"

class QMimeData;
class QWidget;

namespace fovea {

struct SessionState;

/// One task in the window, such as comparing panes or playing a video. A workspace owns the widgets of the task, binds the
/// actions of the task, and saves the choices of the task in a session. The constructor connects the workspace to the Desk. GUI
/// thread only.
class Workspace : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The views which the workspace adds, in the order of their buttons.
    [[nodiscard]] virtual std::vector<ViewOffer> views() const { return {}; }
    /// The widgets of the workspace left of the picture, and below the picture from top to bottom. The window places the widgets
    /// and becomes their parent.
    [[nodiscard]] virtual std::vector<QWidget*> sidePanels() const { return {}; }
    [[nodiscard]] virtual std::vector<QWidget*> panels() const { return {}; }
    /// Binds the workspace's entries of the table of actions.
    virtual void bindActions() {}
    /// Another view was chosen. Every workspace is told, in order, before the first workspace is asked to arrange().
    virtual void viewChosen(const ViewId& /*view*/) {}
    /// Shows and hides the widgets of the workspace. The view, the width of the window or the wish for panels may have changed.
    virtual void arrange() {}
    /// Whether the workspace needs the room of the filmstrip below the picture now.
    [[nodiscard]] virtual bool takesRoomBelow() const { return false; }
    /// The language or a key has changed.
    virtual void retranslate() {}
    /// Writes and reads the choices which a session keeps for the workspace. The session itself keeps the choices of the panes.
    virtual void save(SessionState& /*state*/) const {}
    virtual void restore(const SessionState& /*state*/) {}
    /// Takes dropped data which is meant for this workspace. Returns false for other data.
    virtual bool takeDrop(const QMimeData& /*dropped*/) { return false; }
};

}  // namespace fovea
