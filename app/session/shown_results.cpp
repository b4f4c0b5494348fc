#include "app/session/shown_results.h"

#include <algorithm>
#include <utility>

#include "engine/render/field_choices.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/render/query_place.h"

namespace fovea {

const ModelResult* ShownResults::modelResult(int pane) const {
    return m_result ? m_result->find(modelId(m_selection.panes[pane].model)) : nullptr;
}

std::shared_ptr<const JobResult> ShownResults::moduleResult(int pane) const {
    return m_result ? m_result->find(m_selection.panes[pane].jobId()) : nullptr;
}

const AttentionMap* ShownResults::map(int pane) const {
    const auto finished = moduleResult(pane);
    if (!finished || !finished->output) {
        return nullptr;
    }
    const Choice* choice = m_selection.knownChoice(pane);
    const auto& maps = finished->output->maps;
    const auto named = std::find_if(maps.begin(), maps.end(), [choice](const AttentionMap& map) {
        return choice != nullptr && map.name == choice->field.map;
    });
    return named != maps.end() ? &*named : defaultMap(*finished->output);
}

std::optional<FieldSpec> ShownResults::field(int pane) const {
    const Choice* choice = m_selection.knownChoice(pane);
    if (!moduleResult(pane) || choice == nullptr) {
        return std::nullopt;
    }
    FieldSpec spec = choice->field;
    if (const auto* shown = map(pane)) {
        spec.map = shown->name;
        if (shown->role == MapRole::Additive && spec.channelMode != ChannelMode::Single) {
            spec.channelMode = ChannelMode::Before;
        }
        // A channel or head chosen before a parameter made fewer of them.
        spec.head = std::min(spec.head, headCount(*shown) - 1);
        if (const auto choices = fieldChoices(*m_result, spec)) {
            spec.channel = std::min(spec.channel, choices->mapChannels - 1);
        }
    }
    spec.frame = clipFrame(pane);
    return spec;
}

std::optional<FieldSpec> ShownResults::pictureField(int pane) const {
    const auto* shown = map(pane);
    const Choice* choice = m_selection.knownChoice(pane);
    const bool isActivation = choice != nullptr && choice->field.activationClass >= 0;
    const bool isMatrixAlone = !isActivation && shown != nullptr && !kindInfo(*shown).liesOnPicture(*shown);
    return isMatrixAlone ? std::nullopt : field(pane);
}

std::optional<QPointF> ShownResults::queryOnPicture(int pane) const {
    const Panes& panes = m_selection.panes;
    const bool isActive = pane == kActivePane || pane == panes.active();
    const auto* shown = map(pane);
    const ParamSpec* place = isActive ? placeParam(*panes.current().module) : nullptr;
    if (shown == nullptr || (!kindInfo(*shown).askedOnPicture(*shown) && place == nullptr)) {
        return std::nullopt;
    }
    const Choice* choice = m_selection.knownChoice(pane);
    if (choice == nullptr || choice->field.activationClass >= 0) {
        return std::nullopt;
    }
    const PointValue asked =
        place != nullptr ? choice->params.point(place->key) : PointValue{choice->field.queryX, choice->field.queryY};
    const PointValue at = onPicture(*m_result, modelId(panes[pane].model), asked);
    return QPointF(at.x, at.y);
}

// The frames of a running clip move on; only a clip which stands has one a person can come back to.
int ShownResults::clipFrame(int pane) const {
    const ModelResult* own = modelResult(pane);
    const Choice* choice = m_selection.knownChoice(pane);
    const int frame = choice != nullptr ? choice->field.frame : -1;
    const bool stands = own != nullptr && own->clip && frame >= 0 && frame < static_cast<int>(own->clip->size());
    return stands ? frame : -1;
}

Provenance ShownResults::provenance() const {
    if (const auto finished = moduleResult()) {
        return finished->source.provenance;
    }
    const Pane& pane = m_selection.panes.current();
    if (pane.module->weights == nullptr) {
        return {};
    }
    if (pane.trained && pane.canBeTrained()) {
        return {.kind = ProvenanceKind::Trained, .source = modelName(pane.model)};
    }
    const Choice* choice = m_selection.knownChoice(kActivePane);
    return {.kind = ProvenanceKind::Random, .source = {}, .seed = choice == nullptr ? 1 : choice->seed};
}

bool ShownResults::hasFeatures(ModelId model) const { return m_result && m_result->features(model); }

bool ShownResults::take(const std::shared_ptr<const FrameResult>& result) {
    const int count = m_selection.panes.count();
    std::array<std::shared_ptr<const JobResult>, kMaxPanes> known;
    for (int pane = 0; pane < count; ++pane) {
        known[static_cast<std::size_t>(pane)] = moduleResult(pane);
    }
    bool isNews = !m_result || m_result->frame.pixels != result->frame.pixels;
    const auto before = std::exchange(m_result, result);
    for (int pane = 0; pane < count; ++pane) {
        const auto finished = moduleResult(pane);
        m_finishedEpochs[static_cast<std::size_t>(pane)] = finished ? result->epoch : 0;
        isNews = isNews || (finished && finished != known[static_cast<std::size_t>(pane)]);
    }
    if (!isNews) {
        m_result = before;
    }
    return isNews;
}

}  // namespace fovea
