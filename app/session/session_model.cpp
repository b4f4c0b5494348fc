// The models of a session: each pane has one, the network of a bundle which was opened, or the Retina.

#include <algorithm>
#include <utility>

#include "app/session/session.h"

namespace fovea {

void Session::openBundle(const QString& folder) {
    m_awaitsBundle = m_awaitsBundle || !m_shown;
    m_selectsOpened = true;
    m_pending.reset();
    m_controller.openBundle(folder);
}

// Opened again, a folder takes its own place.
void Session::takeBundle(const std::shared_ptr<const Bundle>& bundle) {
    m_awaitsBundle = false;
    const auto known = std::find_if(m_bundles.begin(), m_bundles.end(),
                                    [&bundle](const auto& other) { return other->folder == bundle->folder; });
    if (known == m_bundles.end()) {
        m_bundles.push_back(bundle);
    } else {
        *known = bundle;
    }
    if (m_pending) {
        restore(*std::exchange(m_pending, std::nullopt));
        return;
    }
    if (!m_selectsOpened) {  // a state was restored meanwhile, and has its own
        Q_EMIT modelChanged();
        return;
    }
    setModel(NetworkModel{.bundle = bundle, .input = m_input});
}

void Session::takeBundleError(const Error& error) {
    if (!m_pending) {
        if (std::exchange(m_awaitsBundle, false)) {
            submit();
        }
        Q_EMIT failed(error);
        return;
    }
    SessionState state = *std::exchange(m_pending, std::nullopt);
    const std::string folder = closedBundle(state);
    const std::string standIn = folder == bundledModelFolder() ? std::string() : bundledModelFolder();
    for (PaneState& pane : state.panes) {
        pane.bundleFolder = pane.bundleFolder == folder ? standIn : pane.bundleFolder;
    }
    Q_EMIT bundleMissing(QString::fromStdString(folder), QString::fromStdString(standIn), error);
    restore(state);
}

std::string Session::closedBundle(const SessionState& state) const {
    const auto closed = std::find_if(state.panes.begin(), state.panes.end(), [this](const PaneState& pane) {
        return !pane.bundleFolder.empty() && !bundleIn(pane.bundleFolder);
    });
    return closed == state.panes.end() ? std::string() : closed->bundleFolder;
}

std::shared_ptr<const Bundle> Session::bundleIn(const std::string& folder) const {
    const auto known =
        std::find_if(m_bundles.begin(), m_bundles.end(), [&folder](const auto& bundle) { return bundle->folder == folder; });
    return known == m_bundles.end() ? nullptr : *known;
}

bool Session::oneModel() const {
    return std::all_of(m_panes.begin(), m_panes.end(),
                       [this](const Pane& p) { return modelId(p.model) == modelId(m_panes.front().model); });
}

void Session::refreshInputs() {
    for (Pane& of : m_panes) {
        if (auto* network = std::get_if<NetworkModel>(&of.model)) {
            network->input = m_input;
        } else {
            of.model = m_retina;
        }
    }
}

void Session::setInput(const ModelInput& input) {
    if (input != m_input) {
        m_input = input;
        refreshInputs();
        submit();
        Q_EMIT modelChanged();
    }
}

void Session::setModel(const ModelSpec& model) {
    if (model == this->model()) {
        return;
    }
    if (const auto* network = std::get_if<NetworkModel>(&model)) {
        m_input = network->input;
    } else {
        m_retina = std::get<RetinaOptions>(model);
    }
    const ModelId before = modelId(this->model());
    for (Pane& of : m_panes) {
        const bool follows = &of == &pane() || (!m_comparing && modelId(of.model) == before);
        if (!follows || modelId(of.model) == modelId(model)) {
            continue;
        }
        const auto old = m_choices.find(idOf(of));
        of.model = model;
        if (old != m_choices.end()) {  // one question for the whole session: the place that was asked about stays
            FieldSpec& field = choice(of).field;
            field.queryX = old->second.field.queryX;
            field.queryY = old->second.field.queryY;
        }
    }
    refreshInputs();
    submit();
    Q_EMIT modelChanged();
}

const BundleModule* Session::bundleModule(const ModuleInfo* info) const {
    const auto bundle = bundleOf(model());
    if (!bundle) {
        return nullptr;
    }
    const auto it = bundle->modules.find(info->id);
    return it == bundle->modules.end() ? nullptr : &it->second;
}

}  // namespace fovea
