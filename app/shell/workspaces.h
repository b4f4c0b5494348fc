#pragma once

#include <QObject>

#include <memory>
#include <vector>

#include "app/session/view_id.h"
#include "app/shell/workspace.h"

namespace fovea {

/// The workspaces of a window, the view in use, and whether anything but the picture is shown. GUI thread only.
class Workspaces final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    ~Workspaces() override;

    /// Adds a workspace behind the others and binds its actions.
    void add(std::unique_ptr<Workspace> workspace);
    /// Lets all workspaces go, the last one first.
    void clear();
    [[nodiscard]] const std::vector<std::unique_ptr<Workspace>>& all() const { return m_all; }
    /// The workspace of this class; null where the window has none.
    template <class T>
    [[nodiscard]] T* find() const {
        for (const auto& each : m_all) {
            if (auto* found = qobject_cast<T*>(each.get())) {
                return found;
            }
        }
        return nullptr;
    }

    [[nodiscard]] const ViewId& view() const { return m_view; }
    /// Shows a view; the overlay where no workspace offers it.
    void setView(const ViewId& view);
    [[nodiscard]] std::vector<ViewOffer> views() const;

    /// Whether bars and panels are shown beside the picture.
    [[nodiscard]] bool showsPanels() const { return m_showsPanels; }
    void setShowsPanels(bool shows);
    [[nodiscard]] bool isRoomBelowTaken() const;
    /// Lets every workspace show and hide its widgets.
    void arrange();

    void retranslate();
    /// Saves and restores the view and what the workspaces remember.
    void save(SessionState& state) const;
    void restore(const SessionState& state);
    /// Whether a workspace took what was dropped.
    bool takeDrop(const QMimeData& dropped);

Q_SIGNALS:
    void viewChanged(const std::string& view);
    /// arrange() is over.
    void arranged();

private:
    std::vector<std::unique_ptr<Workspace>> m_all;
    ViewId m_view = kOverlayView;
    bool m_showsPanels = true;
};

}  // namespace fovea
