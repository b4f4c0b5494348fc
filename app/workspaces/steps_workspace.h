#pragma once

#include "app/shell/desk.h"
#include "app/shell/workspace.h"
#include "engine/runtime/render_view.h"

namespace fovea {

class StepStrip;

/// The view of steps: what the mechanism of the active pane computes, step by step, in a strip below the picture.
class StepsWorkspace final : public Workspace {
    Q_OBJECT

public:
    explicit StepsWorkspace(const Desk& desk);

    [[nodiscard]] std::vector<ViewOffer> views() const override;
    [[nodiscard]] std::vector<QWidget*> panels() const override;
    void bindActions() override;
    void viewChosen(const ViewId& view) override;
    void arrange() override;
    [[nodiscard]] bool takesRoomBelow() const override { return isShown(); }

private:
    [[nodiscard]] bool isShown() const;
    void showSteps();

    Desk m_desk;
    StepStrip* m_strip;
    RenderViews<int, StepRequest> m_cards;  ///< by card
};

}  // namespace fovea
