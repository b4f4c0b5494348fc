// The networks of a session: each pane has one, of a bundle which was opened, or the Retina.

#include <algorithm>
#include <utility>

#include "app/session.h"

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
    NetworkChoice network = m_input;
    network.bundle = bundle;
    setNetwork(network);
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

NetworkChoice Session::network(int pane) const {
    NetworkChoice network = m_input;
    network.bundle = this->pane(pane).bundle;
    return network;
}

bool Session::oneNetwork() const {
    return std::all_of(m_panes.begin(), m_panes.end(), [this](const Pane& p) { return p.bundle == m_panes.front().bundle; });
}

void Session::setNetwork(const NetworkChoice& network) {
    if (network == this->network()) {
        return;
    }
    m_input = network;
    m_input.bundle.reset();
    const auto before = pane().bundle;
    for (Pane& of : m_panes) {
        const bool follows = &of == &pane() || (!m_comparing && of.bundle == before);
        if (!follows || of.bundle == network.bundle) {
            continue;
        }
        const auto old = m_choices.find(key(of));
        of.bundle = network.bundle;
        if (old != m_choices.end()) {  // one question for the whole session: the place that was asked about stays
            FieldSpec& field = choice(of).field;
            field.queryX = old->second.field.queryX;
            field.queryY = old->second.field.queryY;
        }
    }
    submit();
    Q_EMIT modelChanged();
}

const BundleModule* Session::bundleModule(const ModuleInfo* info) const {
    const auto& bundle = pane(m_active).bundle;
    if (!bundle) {
        return nullptr;
    }
    const auto it = bundle->modules.find(info->id);
    return it == bundle->modules.end() ? nullptr : &it->second;
}

// The panes of other networks which are shown, those of one network together.
std::vector<NetworkJobs> Session::otherNetworks() {
    std::vector<NetworkJobs> others;
    for (int pane = 0; m_comparing && pane < paneCount(); ++pane) {
        const auto& bundle = this->pane(pane).bundle;
        if (bundle == this->pane(m_active).bundle) {
            continue;
        }
        auto its = std::find_if(others.begin(), others.end(), [&bundle](const auto& o) { return o.network.bundle == bundle; });
        if (its == others.end()) {
            others.push_back({.network = network(pane), .jobs = {}});
            its = std::prev(others.end());
        }
        its->jobs.push_back(paneJob(pane));
    }
    return others;
}

std::shared_ptr<const FrameResult> Session::resultOf(const Bundle* bundle) const {
    if (!m_shown || m_shown->bundle.get() == bundle) {
        return m_shown;
    }
    const auto it = std::find_if(m_shown->others.begin(), m_shown->others.end(),
                                 [bundle](const auto& other) { return other && other->bundle.get() == bundle; });
    return it == m_shown->others.end() ? nullptr : *it;
}

std::shared_ptr<const FrameResult> Session::result(int pane) const {
    const auto own = resultOf(this->pane(pane));
    return own ? own : m_shown;
}

}  // namespace fovea
