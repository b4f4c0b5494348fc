#include "app/history.h"

#include <algorithm>

namespace fovea {
namespace {

enum Change : unsigned {
    kPanes = 1,
    kParams = 2,
    kField = 4,
    kFactors = 8,
    kWeights = 16,
    kModel = 32,
    kStyle = 64,
    kPins = 128,
    kView = 256,
    kContinuous = kParams | kField | kStyle | kPins,  ///< what can be dragged
};

unsigned paneChanges(const PaneState& a, const PaneState& b) {
    unsigned change = a.module != b.module || a.slot != b.slot ? kPanes : 0U;
    change |= a.params != b.params ? kParams : 0U;
    change |= a.field != b.field ? kField : 0U;
    change |= a.intervention != b.intervention ? kFactors : 0U;
    change |= a.weightsFile != b.weightsFile || a.seed != b.seed || a.trained != b.trained ? kWeights : 0U;
    return change;
}

unsigned changes(const SessionState& a, const SessionState& b) {
    unsigned change = a.panes.size() != b.panes.size() || a.active != b.active ? kPanes : 0U;
    for (std::size_t k = 0; k < std::min(a.panes.size(), b.panes.size()); ++k) {
        change |= paneChanges(a.panes[k], b.panes[k]);
    }
    const bool model = a.bundleFolder != b.bundleFolder || a.cropped != b.cropped || a.fine != b.fine || a.retina != b.retina;
    change |= model ? kModel : 0U;
    change |= a.style != b.style || a.rangeMode != b.rangeMode ? kStyle : 0U;
    change |= a.pins != b.pins || a.activePin != b.activePin ? kPins : 0U;
    change |= a.pins.size() != b.pins.size() ? kPanes : 0U;  // another pin is a step of its own
    change |= a.view != b.view || a.difference != b.difference ? kView : 0U;
    return change;
}

}  // namespace

void History::note(const SessionState& state) {
    if (m_states.empty()) {
        m_states.push_back(state);
        return;
    }
    const unsigned change = changes(m_states[m_current], state);
    if (change == 0) {
        return;
    }
    const bool same = change == m_lastChange && (change & ~static_cast<unsigned>(kContinuous)) == 0;
    const bool quick = m_sinceNote.isValid() && m_sinceNote.elapsed() < kOneChangeMilliseconds;
    m_sinceNote.start();
    m_lastChange = change;
    m_states.resize(m_current + 1);  // what was undone is gone
    if (same && quick && m_current > 0) {
        m_states.back() = state;
        return;
    }
    m_states.push_back(state);
    if (m_states.size() > kMost) {
        m_states.erase(m_states.begin());
    }
    m_current = m_states.size() - 1;
}

const SessionState* History::undo() {
    m_lastChange = 0;
    return canUndo() ? &m_states[--m_current] : nullptr;
}

const SessionState* History::redo() {
    m_lastChange = 0;
    return canRedo() ? &m_states[++m_current] : nullptr;
}

}  // namespace fovea
