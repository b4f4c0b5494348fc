#pragma once

#include <QObject>

#include <vector>

#include "app/shell/view_offer.h"

class QMimeData;
class QWidget;

namespace fovea {

struct SessionState;

/// One thing to do in the window. A workspace owns the widgets for it, says what its entries of the table of actions do, and
/// keeps what of it a session remembers. Its constructor connects it to the Desk. GUI thread only.
class Workspace : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The views it adds, in the order of their buttons.
    [[nodiscard]] virtual std::vector<ViewOffer> views() const { return {}; }
    /// Its widgets left of the picture, and below it from top to bottom. The window places them and becomes their parent.
    [[nodiscard]] virtual std::vector<QWidget*> sidePanels() const { return {}; }
    [[nodiscard]] virtual std::vector<QWidget*> panels() const { return {}; }
    /// Says what its entries of the table of actions do.
    virtual void bindActions() {}
    /// Another view was chosen. Workspaces are told in their order, before any of them is asked to arrange().
    virtual void viewChosen(const ViewId& /*view*/) {}
    /// Shows and hides its widgets: the view, the width of the window or the wish for panels may have changed.
    virtual void arrange() {}
    /// Whether it uses the room below the picture now, where the filmstrip is otherwise.
    [[nodiscard]] virtual bool takesRoomBelow() const { return false; }
    /// The language or a key has changed.
    virtual void retranslate() {}
    /// What a session remembers of it, besides the choices of the panes.
    virtual void save(SessionState& /*state*/) const {}
    virtual void restore(const SessionState& /*state*/) {}
    /// Takes what was dropped on the window, if it is meant for this workspace.
    virtual bool takeDrop(const QMimeData& /*dropped*/) { return false; }
};

}  // namespace fovea
