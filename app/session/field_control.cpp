#include "app/session/field_control.h"

#include <algorithm>

#include "app/session/missing_choices.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/render/query_place.h"

namespace fovea {
namespace {

PointValue pointOf(QPointF at) { return {at.x(), at.y()}; }

}  // namespace

FieldControl::FieldControl(Selection& selection, const ShownResults& shown, PaneControl& panes, QObject* parent)
    : QObject(parent), m_selection(selection), m_shown(shown), m_panes(panes) {}

void FieldControl::setMap(const std::string& map) {
    m_selection.choice().showMap(map);
    Q_EMIT fieldChanged();
}

void FieldControl::setChannelMode(ChannelMode mode, int channel) {
    m_selection.choice().showChannel(mode, channel);
    Q_EMIT fieldChanged();
}

void FieldControl::setHead(int head) {
    m_selection.choice().showHead(head);
    Q_EMIT fieldChanged();
}

void FieldControl::setDirection(bool to) {
    m_selection.choice().showDirection(to);
    Q_EMIT fieldChanged();
}

void FieldControl::setActivation(int index, bool plain) {
    m_selection.choices.setActivation(modelId(m_selection.panes.current().model), index, plain);
    Q_EMIT fieldChanged();
}

void FieldControl::setClipFrame(int frame) {
    m_selection.choices.setClipFrame(frame);
    Q_EMIT fieldChanged();
}

void FieldControl::followNewest() {
    m_selection.choices.followNewest();
    Q_EMIT fieldChanged();
}

void FieldControl::setPinned(bool heads, const std::vector<int>& pinned) {
    if (m_selection.choice().setPinned(heads, pinned)) {
        Q_EMIT pinnedChanged();
    }
}

void FieldControl::setQuery(PointValue place, int frame) {
    const ModelId own = modelId(m_selection.panes.current().model);
    Choice& choice = m_selection.choice();
    m_selection.choices.askAt(place, frame, own, m_shown.result().get());
    if (const auto* map = m_shown.map(); map != nullptr && kindInfo(*map).hasQueries) {
        choice.field.channelMode = ChannelMode::After;  // who asks sees the answer, not a channel any more
    }
}

void FieldControl::askOnPicture(QPointF fraction) {
    const Pane& pane = m_selection.panes.current();
    const PointValue at = onGrid(*m_shown.result(), modelId(pane.model), pointOf(fraction));
    setQuery(at, m_shown.clipFrame());
    if (const ParamSpec* place = placeParam(*pane.module)) {
        ParamSet params = m_selection.choice().params;
        const PointValue nearest{std::clamp(at.x, 0.0, 1.0), std::clamp(at.y, 0.0, 1.0)};  // a click beside what the network sees
        if (params.set(pane.module->params, place->key, nearest)) {
            m_panes.setParams(params);
        }
    }
    Q_EMIT placeChanged();
}

void FieldControl::askOnGrid(QPointF fraction, int frame) {
    setQuery(pointOf(fraction), frame);
    Q_EMIT placeChanged();
}

void FieldControl::askInPane(int pane, QPointF fraction) {
    if (m_shown.hasFeatures(modelId(m_selection.panes[pane].model))) {
        fovea::askOnPicture(m_selection.choice(pane).field, *m_shown.result(), pointOf(fraction));
        Q_EMIT placeChanged();
    }
}

void FieldControl::ask(QPointF fraction, QueryGesture gesture) {
    if (!m_shown.hasFeatures(modelId(m_selection.panes.current().model))) {
        return;
    }
    if (!m_shown.queryOnPicture()) {  // nobody asks here: the place is kept for the next map which does, without a pin
        askOnPicture(fraction);
        return;
    }
    m_selection.questions.ask(fraction, gesture);
    askOnPicture(fraction);
    Q_EMIT pinsChanged();
}

void FieldControl::setActivePin(int number) {
    if (!m_shown.hasFeatures(modelId(m_selection.panes.current().model)) || !m_selection.questions.choose(number)) {
        return;
    }
    const Pin& pin = *m_selection.questions.find(number);
    askOnPicture({pin.x, pin.y});
    Q_EMIT pinsChanged();
}

void FieldControl::removePin(int number) {
    Questions& questions = m_selection.questions;
    const Questions::Removal removal = questions.remove(number);
    if (removal == Questions::Removal::None) {
        return;
    }
    const Pin* next = questions.find(questions.activePin());
    if (removal == Questions::Removal::OfActive && next != nullptr &&
        m_shown.hasFeatures(modelId(m_selection.panes.current().model))) {
        askOnPicture({next->x, next->y});
    }
    Q_EMIT pinsChanged();
}

void FieldControl::clearPins() {
    m_selection.questions.clear();
    Q_EMIT pinsChanged();
}

std::vector<Error> FieldControl::dropMissingChoices(int pane, const std::string& path) {
    if (!m_shown.result()) {
        return {};
    }
    Choice& choice = m_selection.choice(pane);
    Choice left = choice;
    auto problems = fovea::dropMissingChoices(left, *m_shown.result(), path);
    const bool isOtherField = left.field != choice.field;
    const bool areOtherPinned = left.pinnedChannels != choice.pinnedChannels || left.pinnedHeads != choice.pinnedHeads;
    choice.field = left.field;
    choice.pinnedChannels = left.pinnedChannels;
    choice.pinnedHeads = left.pinnedHeads;
    m_panes.setIntervention(left.intervention, pane);
    if (isOtherField) {
        Q_EMIT fieldChanged();
    }
    if (areOtherPinned) {
        Q_EMIT pinnedChanged();
    }
    return problems;
}

void FieldControl::tellAll() {
    Q_EMIT pinsChanged();
    Q_EMIT fieldChanged();
}

}  // namespace fovea
