#include "app/session/pane_control.h"

#include <utility>

#include "engine/runtime/controller.h"

namespace fovea {

PaneControl::PaneControl(Selection& selection, Controller& controller, QObject* parent)
    : QObject(parent), m_selection(selection), m_controller(controller) {}

void PaneControl::submit() {
    if (!m_selection.models.holdsJobs()) {
        m_controller.setJobs(m_selection.jobs());
    }
}

void PaneControl::tellPanes(const Pane& before) {
    const Pane& now = m_selection.panes.current();
    if (modelId(now.model) != modelId(before.model)) {
        Q_EMIT modelChanged();
    }
    Q_EMIT panesChanged();
    if (now.module != before.module) {
        Q_EMIT mechanismChanged();
    }
}

void PaneControl::tellAll() {
    Q_EMIT modelChanged();
    Q_EMIT panesChanged();
    Q_EMIT mechanismChanged();
}

void PaneControl::setActive(int pane) {
    const Pane before = m_selection.panes.current();
    if (m_selection.panes.setActive(pane)) {
        submit();  // predictions and steps are the active pane's
        tellPanes(before);
    }
}

bool PaneControl::add(const ModuleInfo* module) {
    const Pane before = m_selection.panes.current();
    if (!m_selection.addPane(module)) {
        return false;
    }
    submit();
    tellPanes(before);
    return true;
}

void PaneControl::remove(int pane) {
    const Pane before = m_selection.panes.current();
    if (m_selection.panes.remove(pane)) {
        submit();
        tellPanes(before);
    }
}

void PaneControl::swap(int a, int b) {
    const Pane before = m_selection.panes.current();
    if (m_selection.panes.swap(a, b)) {
        submit();
        tellPanes(before);
    }
}

void PaneControl::setCompared(bool compared) {
    if (m_selection.panes.setCompared(compared) && m_selection.panes.count() > 1) {
        submit();
    }
}

void PaneControl::setFilmstrip(std::vector<const ModuleInfo*> modules) {
    m_selection.filmstrip = std::move(modules);
    submit();
}

void PaneControl::setStepsRecorded(bool recorded) {
    if (std::exchange(m_selection.recordsSteps, recorded) != recorded) {
        submit();
    }
}

void PaneControl::setModule(const QString& id) { setModule(m_selection.module(id)); }

void PaneControl::setModule(const ModuleInfo* module) {
    if (module != nullptr && module != m_selection.panes.current().module) {
        m_selection.panes.setModule(module);
        submit();
        Q_EMIT mechanismChanged();
    }
}

void PaneControl::setParams(const ParamSet& params) {
    if (m_selection.choice().params != params) {
        m_selection.choice().params = params;
        submit();
        Q_EMIT parametersChanged();
    }
}

void PaneControl::setIntervention(const Intervention& intervention, int pane) {
    if (m_selection.choice(pane).intervention != intervention) {
        m_selection.choice(pane).intervention = intervention;
        submit();
        Q_EMIT interventionChanged();
    }
}

void PaneControl::setWeightsFile(const QString& path) {
    m_selection.choice().tryFile(path.toStdString());
    submit();
}

void PaneControl::setSeed(quint64 seed) {
    const Pane& pane = m_selection.panes.current();
    m_selection.choice().drawWeights(seed);
    m_selection.panes.setTrained(pane.trained && !pane.canBeTrained());
    submit();
    Q_EMIT weightsChanged();
}

void PaneControl::setTrained(bool trained) {
    if (trained) {
        m_selection.choice().weightsFile.clear();
    }
    m_selection.panes.setTrained(trained);
    submit();
    Q_EMIT weightsChanged();
}

void PaneControl::setModel(const ModelSpec& model) {
    if (model != m_selection.panes.current().model) {
        m_selection.setModel(model);
        submit();
        Q_EMIT modelChanged();
    }
}

void PaneControl::setInput(const ModelInput& input) {
    if (m_selection.models.setInput(input)) {
        m_selection.refreshModels();
        submit();
        Q_EMIT modelChanged();
    }
}

void PaneControl::setRetina(const RetinaOptions& options) {
    if (m_selection.models.setRetina(options)) {
        m_selection.refreshModels();
        submit();
        Q_EMIT modelChanged();
    }
}

void PaneControl::takeOpened(const std::string& folder) {
    if (m_selection.models.selectsOpened()) {
        setModel(m_selection.models.inFolder(folder));
    } else {
        Q_EMIT modelChanged();
    }
}

bool PaneControl::judgeWeights(const FrameResult& result) {
    const auto finished = result.find(m_selection.panes.current().jobId());
    if (!finished) {
        return true;
    }
    Choice& choice = m_selection.choice();
    const QString path = QString::fromStdString(choice.weightsFile);
    switch (choice.judgeFile(finished->output.ok())) {
        case Choice::Verdict::None:
            return true;
        case Choice::Verdict::Taken:
            Q_EMIT weightsTaken(path);
            return true;
        case Choice::Verdict::Refused:
            Q_EMIT weightsRefused(finished->output.error());
            submit();
            return false;
    }
    return true;
}

}  // namespace fovea
