// The whole of a session as a value, and back.

#include <algorithm>

#include "app/session.h"
#include "engine/attention/registry.h"

namespace fovea {

SessionState Session::state() {
    SessionState state;
    for (const Pane& of : m_panes) {
        const Choice& c = choice(of);
        state.panes.push_back({.bundleFolder = of.bundle ? of.bundle->folder : std::string(),
                               .module = of.module->id,
                               .slot = of.slot,
                               .trained = of.trained,
                               .params = c.params,
                               .weightsFile = c.weightsFile,
                               .seed = c.seed,
                               .field = c.field,
                               .intervention = c.intervention,
                               .pinnedChannels = c.pinnedChannels,
                               .pinnedHeads = c.pinnedHeads});
    }
    state.active = m_active;
    state.cropped = m_input.fit == Fit::Crop;
    state.fine = m_input.fine;
    state.retina = m_retina;
    state.style = m_style;
    state.rangeMode = m_rangeMode;
    state.pins = m_pins;
    state.activePin = m_activePin;
    return state;
}

void Session::restore(const SessionState& state) {
    if (state.panes.empty()) {
        return;
    }
    const auto missing = std::find_if(state.panes.begin(), state.panes.end(), [this](const PaneState& pane) {
        return !pane.bundleFolder.empty() && !bundleIn(pane.bundleFolder);
    });
    if (missing != state.panes.end()) {  // one after the other
        const std::string folder = missing->bundleFolder;
        m_pending = state;
        openBundle(QString::fromStdString(folder));
        return;
    }
    m_input = {.bundle = nullptr, .fit = state.cropped ? Fit::Crop : Fit::Whole, .fine = state.fine};
    m_retina = state.retina;
    restorePanes(state);
    m_pins = state.pins;
    m_activePin = state.activePin;
    submit();
    setStyle(state.style);
    m_rangeMode = state.rangeMode;
    Q_EMIT modelChanged();
    Q_EMIT moduleChanged();
    Q_EMIT panesChanged();
    Q_EMIT pinsChanged();
    Q_EMIT styleChanged();
    Q_EMIT fieldChanged();
}

void Session::restorePanes(const SessionState& state) {
    m_panes.clear();
    for (const PaneState& pane : state.panes) {
        const ModuleInfo* info = findModule(pane.module);
        if (info == nullptr || paneCount() >= kMaxPanes) {
            continue;
        }
        m_panes.push_back({.module = info,
                           .slot = pane.slot,
                           .trained = pane.trained,
                           .bundle = pane.bundleFolder.empty() ? nullptr : bundleIn(pane.bundleFolder)});
        Choice& c = m_choices[key(m_panes.back())];
        c = {.params = pane.params,
             .weightsFile = pane.weightsFile,
             .fallbackFile = {},
             .fileOnTrial = false,
             .seed = pane.seed,
             .field = pane.field,
             .intervention = pane.intervention,
             .pinnedChannels = pane.pinnedChannels,
             .pinnedHeads = pane.pinnedHeads};
        c.field.module = pane.module;
        c.field.slot = pane.slot;
    }
    if (m_panes.empty()) {  // all of them unknown
        m_panes.push_back({.module = findModule("simam"), .slot = {}});
    }
    m_active = std::clamp(state.active, 0, paneCount() - 1);
}

}  // namespace fovea
