#include "app/session/models.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace fovea {

std::shared_ptr<const Bundle> Models::bundleIn(const std::string& folder) const {
    const auto known =
        std::find_if(m_bundles.begin(), m_bundles.end(), [&folder](const auto& bundle) { return bundle->folder == folder; });
    return known == m_bundles.end() ? nullptr : *known;
}

std::string Models::closedBundle(const SessionState& state) const {
    const auto closed = std::find_if(state.panes.begin(), state.panes.end(), [this](const PaneState& pane) {
        return !pane.bundleFolder.empty() && !bundleIn(pane.bundleFolder);
    });
    return closed == state.panes.end() ? std::string() : closed->bundleFolder;
}

void Models::add(const std::shared_ptr<const Bundle>& bundle) {
    const auto known = std::find_if(m_bundles.begin(), m_bundles.end(),
                                    [&bundle](const auto& other) { return other->folder == bundle->folder; });
    if (known == m_bundles.end()) {
        m_bundles.push_back(bundle);
    } else {
        *known = bundle;
    }
}

bool Models::setInput(const ModelInput& input) { return std::exchange(m_input, input) != input; }

bool Models::setRetina(const RetinaOptions& options) { return std::exchange(m_retina, options) != options; }

void Models::follow(const ModelSpec& model) {
    if (const auto* network = std::get_if<NetworkModel>(&model)) {
        m_input = network->input;
    } else {
        m_retina = std::get<RetinaOptions>(model);
    }
}

ModelSpec Models::refreshed(const ModelSpec& model) const {
    if (const auto* network = std::get_if<NetworkModel>(&model)) {
        return NetworkModel{.bundle = network->bundle, .input = m_input};
    }
    return m_retina;
}

ModelSpec Models::inFolder(const std::string& folder) const {
    if (auto bundle = bundleIn(folder)) {
        return NetworkModel{.bundle = std::move(bundle), .input = m_input};
    }
    return m_retina;
}

void Models::openForPane(bool hasResult) {
    m_holdsJobs = m_holdsJobs || !hasResult;
    m_selectsOpened = true;
    m_pending.reset();
}

void Models::openForState(const SessionState& state, bool hasResult) {
    m_holdsJobs = m_holdsJobs || !hasResult;
    m_selectsOpened = false;
    m_pending = state;
}

void Models::endOpening() {
    m_holdsJobs = false;
    m_selectsOpened = false;
    m_pending.reset();
}

std::optional<SessionState> Models::takePending() { return std::exchange(m_pending, std::nullopt); }

bool Models::releaseJobs() { return std::exchange(m_holdsJobs, false); }

}  // namespace fovea
