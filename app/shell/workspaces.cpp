#include "app/shell/workspaces.h"

#include <algorithm>
#include <utility>

#include "app/session/session_state.h"

namespace fovea {

Workspaces::~Workspaces() { clear(); }

void Workspaces::add(std::unique_ptr<Workspace> workspace) {
    m_all.push_back(std::move(workspace));
    m_all.back()->bindActions();
}

void Workspaces::clear() {
    while (!m_all.empty()) {
        m_all.pop_back();
    }
}

std::vector<ViewOffer> Workspaces::views() const {
    std::vector<ViewOffer> offers;
    for (const auto& workspace : m_all) {
        for (ViewOffer& offer : workspace->views()) {
            offers.push_back(std::move(offer));
        }
    }
    return offers;
}

void Workspaces::setView(const ViewId& view) {
    const std::vector<ViewOffer> offers = views();
    const bool isOffered =
        std::any_of(offers.begin(), offers.end(), [&view](const ViewOffer& offer) { return offer.id == view; });
    const ViewId chosen = isOffered ? view : kOverlayView;  // a copy: `view` may be m_view
    m_view = chosen;
    for (const auto& workspace : m_all) {
        workspace->viewChosen(chosen);
        if (m_view != chosen) {  // the workspace chose another view, and all were told of that
            return;
        }
    }
    arrange();
    Q_EMIT viewChanged(m_view);
}

void Workspaces::setShowsPanels(bool shows) {
    m_showsPanels = shows;
    arrange();
}

bool Workspaces::isRoomBelowTaken() const {
    return std::any_of(m_all.begin(), m_all.end(), [](const auto& workspace) { return workspace->takesRoomBelow(); });
}

void Workspaces::arrange() {
    for (const auto& workspace : m_all) {
        workspace->arrange();
    }
    Q_EMIT arranged();
}

void Workspaces::retranslate() {
    for (const auto& workspace : m_all) {
        workspace->retranslate();
    }
}

void Workspaces::save(SessionState& state) const {
    state.view = m_view;
    for (const auto& workspace : m_all) {
        workspace->save(state);
    }
}

void Workspaces::restore(const SessionState& state) {
    for (const auto& workspace : m_all) {
        workspace->restore(state);
    }
    setView(state.view);
}

bool Workspaces::takeDrop(const QMimeData& dropped) {
    return std::any_of(m_all.begin(), m_all.end(), [&dropped](const auto& workspace) { return workspace->takeDrop(dropped); });
}

}  // namespace fovea
