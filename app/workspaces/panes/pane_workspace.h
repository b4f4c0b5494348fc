#pragma once

#include "app/shell/desk.h"
#include "app/shell/workspace.h"
#include "app/workspaces/panes/canvas_actions.h"
#include "app/workspaces/panes/pane_canvases.h"
#include "engine/runtime/render_view.h"

namespace fovea {

class ComparisonTable;

/// Panes and how they are shown: one over the picture, two split by a line, or all side by side with a table of their numbers.
class PaneWorkspace final : public Workspace {
    Q_OBJECT

public:
    explicit PaneWorkspace(const Desk& desk);

    [[nodiscard]] std::vector<ViewOffer> views() const override;
    [[nodiscard]] std::vector<QWidget*> panels() const override;
    void bindActions() override;
    void viewChosen(const ViewId& view) override;
    void arrange() override;
    void retranslate() override;
    void save(SessionState& state) const override;
    void restore(const SessionState& state) override;
    bool takeDrop(const QMimeData& dropped) override;

private:
    void connectSession();
    void bindViews();
    void bindPanes();
    void bindDisplay();
    [[nodiscard]] bool isComparing() const;
    void showPanes();
    void requestComparisons();
    void addNextPane();
    void add(const ModuleInfo* mechanism);
    void toggleDifference();
    void toggleSmooth();
    void toggleRangeSmoothing();

    Desk m_desk;
    PaneCanvases m_canvases;
    CanvasActions m_canvasActions;
    ComparisonTable* m_table;
    RenderViews<int, OverlayRequest> m_comparisons;  ///< by pane
};

}  // namespace fovea
