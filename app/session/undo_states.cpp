#include "app/session/undo_states.h"

#include <algorithm>

namespace fovea {
namespace {

enum Change : unsigned {
    kPanesChange = 1,
    kParamsChange = 2,
    kQueryChange = 4,
    kFactorsChange = 8,
    kWeightsChange = 16,
    kModelChange = 32,
    kStyleChange = 64,
    kPinsChange = 128,
    kViewChange = 256,
    kMapChange = 512,
    kOpacityChange = 1024,
    kRangeChange = 2048,
    kThresholdChange = 4096,
    kContinuousChange = kParamsChange | kQueryChange | kOpacityChange | kRangeChange | kThresholdChange |
                        kPinsChange,  ///< what can be dragged or typed bit by bit
};

unsigned fieldChanges(const FieldSpec& a, const FieldSpec& b) {
    FieldSpec asked = b;  // with the other one's question
    asked.queryX = a.queryX;
    asked.queryY = a.queryY;
    asked.frame = a.frame;
    asked.queryFrame = a.queryFrame;
    return (a != asked ? kMapChange : 0U) | (asked != b ? kQueryChange : 0U);
}

unsigned styleChanges(const SessionState& a, const SessionState& b) {
    OverlayStyle rest = b.style;  // all that is not dragged as the other one has it
    rest.opacity = a.style.opacity;
    rest.range = a.style.range;
    rest.clipShare = a.style.clipShare;
    rest.threshold = a.style.threshold;
    unsigned change = rest != a.style || a.rangeMode != b.rangeMode ? kStyleChange : 0U;
    change |= a.style.opacity != b.style.opacity ? kOpacityChange : 0U;
    change |= a.style.range != b.style.range || a.style.clipShare != b.style.clipShare ? kRangeChange : 0U;
    change |= a.style.threshold != b.style.threshold ? kThresholdChange : 0U;
    return change;
}

unsigned paneChanges(const PaneState& a, const PaneState& b) {
    unsigned change = a.module != b.module || a.place != b.place ? kPanesChange : 0U;
    change |= a.bundleFolder != b.bundleFolder ? kModelChange : 0U;
    change |= a.params != b.params ? kParamsChange : 0U;
    change |= fieldChanges(a.field, b.field);
    change |= a.intervention != b.intervention ? kFactorsChange : 0U;
    change |= a.pinnedChannels != b.pinnedChannels || a.pinnedHeads != b.pinnedHeads ? kFactorsChange : 0U;
    change |= a.weightsFile != b.weightsFile || a.seed != b.seed || a.trained != b.trained ? kWeightsChange : 0U;
    return change;
}

unsigned changes(const SessionState& a, const SessionState& b) {
    unsigned change = a.panes.size() != b.panes.size() || a.active != b.active ? kPanesChange : 0U;
    for (std::size_t k = 0; k < std::min(a.panes.size(), b.panes.size()); ++k) {
        change |= paneChanges(a.panes[k], b.panes[k]);
    }
    const bool model = a.cropped != b.cropped || a.fine != b.fine || a.retina != b.retina;
    change |= model ? kModelChange : 0U;
    change |= styleChanges(a, b);
    change |= a.pins != b.pins || a.activePin != b.activePin ? kPinsChange : 0U;
    // Another pin, or another one which asks, is a step of its own.
    change |= a.pins.size() != b.pins.size() || a.activePin != b.activePin ? kPanesChange : 0U;
    change |= a.view != b.view || a.difference != b.difference ? kViewChange : 0U;
    return change;
}

}  // namespace

void UndoStates::note(const SessionState& state) {
    if (m_states.empty()) {
        m_states.push_back(state);
        return;
    }
    const unsigned change = changes(m_states[m_current], state);
    if (change == 0) {
        return;
    }
    // The first move of an end of the scale makes the range a typed one, too.
    const bool goesOn = change == m_lastChange || (change == kRangeChange && m_lastChange == (kRangeChange | kStyleChange));
    const bool same = goesOn && (change & ~static_cast<unsigned>(kContinuousChange)) == 0;
    const bool quick = m_sinceNote.isValid() && m_sinceNote.elapsed() < kOneChangeMilliseconds;
    m_sinceNote.start();
    m_states.resize(m_current + 1);  // what was undone is gone
    if (same && quick && m_current > 0) {
        m_states.back() = state;
        return;
    }
    m_lastChange = change;
    m_states.push_back(state);
    if (m_states.size() > kMost) {
        m_states.erase(m_states.begin());
    }
    m_current = m_states.size() - 1;
}

void UndoStates::amend(const SessionState& state) {
    if (!m_states.empty()) {
        m_states[m_current] = state;
    }
}

const SessionState* UndoStates::undo() {
    m_lastChange = 0;
    return canUndo() ? &m_states[--m_current] : nullptr;
}

const SessionState* UndoStates::redo() {
    m_lastChange = 0;
    return canRedo() ? &m_states[++m_current] : nullptr;
}

}  // namespace fovea
