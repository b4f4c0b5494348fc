#include "app/session/panes.h"

#include <algorithm>
#include <utility>

#include "app/session/session_state.h"

namespace fovea {

JobId Pane::jobId() const { return {module->id, place, modelId(model)}; }

const BundleModule* Pane::bundleModule() const {
    const auto bundle = bundleOf(model);
    if (!bundle) {
        return nullptr;
    }
    const auto it = bundle->modules.find(module->id);
    return it == bundle->modules.end() ? nullptr : &it->second;
}

bool Pane::canBeTrained() const { return bundleModule() != nullptr && module->weights != nullptr; }

const Pane& Panes::operator[](int pane) const { return m_panes[static_cast<std::size_t>(pane == kActivePane ? m_active : pane)]; }

bool Panes::haveOneModel() const {
    return std::all_of(m_panes.begin(), m_panes.end(),
                       [this](const Pane& pane) { return modelId(pane.model) == modelId(m_panes.front().model); });
}

int Panes::freePlace() const { return fovea::freePlace(m_panes); }

bool Panes::setActive(int pane) {
    const int chosen = std::clamp(pane, 0, count() - 1);
    return std::exchange(m_active, chosen) != chosen;
}

bool Panes::add(const Pane& pane) {
    if (count() >= kMaxPanes) {
        return false;
    }
    m_panes.push_back(pane);
    m_active = count() - 1;
    return true;
}

bool Panes::remove(int pane) {
    if (count() < 2 || pane < 0 || pane >= count()) {
        return false;
    }
    m_panes.erase(m_panes.begin() + pane);
    m_active = std::min(m_active > pane ? m_active - 1 : m_active, count() - 1);
    return true;
}

bool Panes::swap(int a, int b) {
    if (a == b || std::min(a, b) < 0 || std::max(a, b) >= count()) {
        return false;
    }
    std::swap(m_panes[static_cast<std::size_t>(a)], m_panes[static_cast<std::size_t>(b)]);
    return true;
}

bool Panes::setCompared(bool compared) { return std::exchange(m_compared, compared) != compared; }

void Panes::setAll(std::vector<Pane> panes, int active) {
    if (!panes.empty()) {
        m_panes = std::move(panes);
    }
    m_active = std::clamp(active, 0, count() - 1);
}

}  // namespace fovea
