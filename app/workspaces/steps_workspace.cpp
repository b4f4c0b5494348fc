#include "app/workspaces/steps_workspace.h"

#include "app/actions/actions.h"
#include "app/session/session.h"
#include "app/shell/workspaces.h"
#include "widgets/step_strip.h"

namespace fovea {

StepsWorkspace::StepsWorkspace(const Desk& desk)
    : m_desk(desk),
      m_strip(new StepStrip),
      m_cards(desk.session.lane(RenderLane::Overlays), [this](int, const RenderedStep& step) { m_strip->setRendered(step); }) {
    m_strip->hide();
    connect(m_strip, &StepStrip::renderRequested, this,
            [this](const StepRequest& request) { m_cards.request(request.step, request); });
    connect(&m_desk.session, &Session::resultChanged, this, &StepsWorkspace::showSteps);
}

std::vector<ViewOffer> StepsWorkspace::views() const {
    return {{kStepsView, tr("Steps"), tr("What the mechanism computes, step by step"), "view.steps"}};
}

std::vector<QWidget*> StepsWorkspace::panels() const { return {m_strip}; }

void StepsWorkspace::bindActions() {
    m_desk.actions.bind("view.steps", {.run = [this] { m_desk.workspaces.setView(kStepsView); },
                                       .isChecked = [this] { return m_desk.workspaces.view() == kStepsView; }});
}

bool StepsWorkspace::isShown() const { return m_desk.workspaces.view() == kStepsView; }

void StepsWorkspace::viewChosen(const ViewId& view) {
    m_desk.session.paneControl().setStepsRecorded(view == kStepsView);
    showSteps();
}

void StepsWorkspace::arrange() { m_strip->setVisible(m_desk.workspaces.showsPanels() && isShown()); }

void StepsWorkspace::showSteps() {
    const Session& session = m_desk.session;
    if (isShown() && session.shown().result()) {
        m_strip->setResult(session.shown().result(), session.panes().current().jobId(), m_desk.session.display().style());
    }
}

}  // namespace fovea
