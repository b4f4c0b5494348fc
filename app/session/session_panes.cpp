// Panes and pins of a session.

#include <algorithm>
#include <utility>

#include "app/session/session.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/render/query_place.h"

namespace fovea {
namespace {

PointValue pointOf(QPointF at) { return {at.x(), at.y()}; }

}  // namespace

bool Session::hasFeatures(ModelId model) const { return m_shown && m_shown->features(model); }

void Session::emitPanes(ModelId before) {
    if (modelId(model()) != before) {
        Q_EMIT modelChanged();
    }
    Q_EMIT moduleChanged();
    Q_EMIT panesChanged();
    Q_EMIT fieldChanged();
}

void Session::setActivePane(int pane) {
    const int chosen = std::clamp(pane, 0, paneCount() - 1);
    if (chosen == m_active) {
        return;
    }
    const ModelId before = modelId(model());
    m_active = chosen;
    submit();  // predictions and steps are the active pane's
    emitPanes(before);
}

bool Session::addPane(const ModuleInfo* info) {
    if (paneCount() >= kMaxPanes || info == nullptr) {
        return false;
    }
    const int place = freePlace(m_panes);
    const Pane added{.module = info, .place = place, .trained = trained(), .model = model()};
    const Choice base = choice();
    // Choices of a pane which has gone; the first place is the filmstrip's, too.
    std::erase_if(m_choices,
                  [&](const auto& known) { return known.first.place == place && (place != 0 || known.first == idOf(added)); });
    Choice& fresh = choice(added);
    if (info == module()) {
        fresh = base;
        fresh.field.job = idOf(added);
    }
    m_panes.push_back(added);
    m_active = paneCount() - 1;
    submit();
    emitPanes(modelId(added.model));
    return true;
}

void Session::removePane(int pane) {
    if (paneCount() < 2 || pane < 0 || pane >= paneCount()) {
        return;
    }
    const ModelId before = modelId(model());
    m_panes.erase(m_panes.begin() + pane);
    m_active = std::min(m_active > pane ? m_active - 1 : m_active, paneCount() - 1);
    submit();
    emitPanes(before);
}

// The active pane goes with its place, so that what a person works on stays under the hand.
void Session::swapPanes(int a, int b) {
    if (a == b || std::min(a, b) < 0 || std::max(a, b) >= paneCount()) {
        return;
    }
    const ModelId before = modelId(model());
    std::swap(m_panes[static_cast<std::size_t>(a)], m_panes[static_cast<std::size_t>(b)]);
    submit();
    emitPanes(before);
}

void Session::setComparing(bool comparing) {
    if (std::exchange(m_comparing, comparing) != comparing && paneCount() > 1) {
        submit();
    }
}

void Session::setGridQuery(QPointF fraction, int frame) {
    // One point for the whole session: switching the module keeps the question. Other networks' cells lie otherwise.
    const ModelId own = modelId(model());
    for (auto& [key, c] : m_choices) {
        const bool elsewhere = key.model != own && hasFeatures(own) && hasFeatures(key.model);
        const PointValue at =
            elsewhere ? onGrid(*m_shown, key.model, onPicture(*m_shown, own, pointOf(fraction))) : pointOf(fraction);
        c.field.queryX = std::clamp(at.x, 0.0, 1.0);
        c.field.queryY = std::clamp(at.y, 0.0, 1.0);
        c.field.queryFrame = frame;
    }
    FieldSpec spec = choice().field;
    if (const auto* map = shownMap(); map != nullptr && kindInfo(*map).hasQueries) {
        spec.channelMode = ChannelMode::After;  // who asks sees the answer, not a channel any more
    }
    changeField(spec);
}

void Session::askAt(QPointF fraction) {
    const PointValue at = onGrid(*m_shown, modelId(model()), pointOf(fraction));
    setGridQuery({at.x, at.y}, clipFrame(m_active, choice().field));
    // A mechanism which is told where to look is told it by the same click.
    if (const ParamSpec* place = placeParam()) {
        ParamSet params = choice().params;
        const PointValue nearest{std::clamp(at.x, 0.0, 1.0), std::clamp(at.y, 0.0, 1.0)};  // a click beside what the network sees
        if (params.set(module()->params, place->key, nearest)) {
            setParams(params);
            Q_EMIT moduleChanged();
        }
    }
}

void Session::setQuery(QPointF fraction, QueryGesture gesture) {
    if (!hasFeatures(modelId(model()))) {
        return;
    }
    if (!queryOnPicture()) {  // nobody asks here: the place is kept for the next map which does, without a pin
        askAt(fraction);
        return;
    }
    const bool adds = gesture == QueryGesture::Add && m_pins.size() < kMaxPins;
    const auto active = std::find_if(m_pins.begin(), m_pins.end(), [this](const Pin& p) { return p.number == m_activePin; });
    if (adds || active == m_pins.end()) {
        int number = 1;
        while (std::any_of(m_pins.begin(), m_pins.end(), [number](const Pin& p) { return p.number == number; })) {
            ++number;
        }
        m_pins.push_back({number, fraction.x(), fraction.y()});
        m_activePin = number;
    } else {
        active->x = fraction.x();
        active->y = fraction.y();
    }
    askAt(fraction);
    Q_EMIT pinsChanged();
}

void Session::setPaneQuery(int pane, QPointF fraction) {
    if (!hasFeatures(modelId(model(pane)))) {
        return;
    }
    askOnPicture(choice(this->pane(pane)).field, *m_shown, pointOf(fraction));
    Q_EMIT fieldChanged();
}

void Session::setActivePin(int number) {
    const auto it = std::find_if(m_pins.begin(), m_pins.end(), [number](const Pin& p) { return p.number == number; });
    if (it == m_pins.end() || number == m_activePin || !hasFeatures(modelId(model()))) {
        return;
    }
    m_activePin = number;
    askAt({it->x, it->y});
    Q_EMIT pinsChanged();
}

// The one before it asks then; without any the question stays where it was.
void Session::removePin(int number) {
    const auto it = std::find_if(m_pins.begin(), m_pins.end(), [number](const Pin& p) { return p.number == number; });
    if (it == m_pins.end()) {
        return;
    }
    const auto next = m_pins.erase(it);
    if (number == m_activePin && !m_pins.empty()) {
        const Pin pin = next == m_pins.begin() ? m_pins.front() : *std::prev(next);
        m_activePin = pin.number;
        if (hasFeatures(modelId(model()))) {
            askAt({pin.x, pin.y});
        }
    }
    Q_EMIT pinsChanged();
    Q_EMIT fieldChanged();
}

void Session::clearPins() {
    m_pins.clear();
    Q_EMIT pinsChanged();
    Q_EMIT fieldChanged();
}

std::optional<QPointF> Session::queryOnPicture(int pane) const {
    const auto* map = shownMap(pane);
    const ParamSpec* place = pane == m_active ? placeParam() : nullptr;
    if (map == nullptr || (!kindInfo(*map).askedOnPicture(*map) && place == nullptr)) {
        return std::nullopt;
    }
    const Choice* c = knownChoice(pane);
    if (c == nullptr || c->field.activationClass >= 0) {
        return std::nullopt;
    }
    const PointValue at = place != nullptr ? c->params.point(place->key) : PointValue{c->field.queryX, c->field.queryY};
    const PointValue shown = onPicture(*m_shown, modelId(model(pane)), at);
    return QPointF(shown.x, shown.y);
}

const ParamSpec* Session::placeParam() const {
    const auto& specs = module()->params;
    const auto it = std::find_if(specs.begin(), specs.end(), [](const ParamSpec& s) { return s.type == ParamType::Point; });
    return it == specs.end() ? nullptr : &*it;
}

}  // namespace fovea
