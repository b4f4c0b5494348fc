// The whole of a session as a value, and back.

#include <algorithm>

#include "app/session/session.h"
#include "engine/attention/registry.h"
#include "engine/number_rule.h"
#include "engine/render/field_choices.h"

namespace fovea {
namespace {

/// The sentence for a place which is not among `count`.
Error missing(const std::string& name, int place, int count) {
    return count < 1 ? makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "“%1” is %2, but this mechanism has none."),
                                 {name, std::to_string(place)})
                     : NumberRule{.name = name, .most = count - 1.0, .whole = true}.refusal(std::to_string(place));
}

/// How many classes can be drawn; while the network was not asked, as many as the bundle names.
int classCount(const FrameResult& result, const JobResult& module, const FieldSpec& field) {
    const ModelResult& model = *result.find(field.job.model);
    const bool wasAsked = module.prediction || module.predictionError;
    FieldSpec asked = field;
    asked.plainActivation = field.plainActivation || !wasAsked;  // whether there are class maps is a matter of the network alone
    const bool isKnown = !asked.plainActivation || model.prediction;
    const auto choices = fieldChoices(result, asked);
    const auto bundle = bundleOf(model.model);
    const int named = bundle ? static_cast<int>(bundle->classes.size()) : 0;
    return isKnown && choices ? choices->classes : named;
}

void dropMissingClass(FieldSpec& field, int count, const std::string& path, std::vector<Error>& problems) {
    if (field.activationClass >= count) {
        problems.push_back(missing(path + "field.class", field.activationClass, count));
        field.activationClass = -1;
    }
}

void dropMissingPlaces(FieldSpec& field, const FieldChoices& choices, const std::string& path, std::vector<Error>& problems) {
    if (choices.mapHeads > 0 && field.head >= choices.mapHeads) {  // what is no matrix has no use for a head
        problems.push_back(missing(path + "field.head", field.head, choices.mapHeads));
        field.head = kMeanOverHeads;
    }
    if (field.channel >= choices.mapChannels) {
        problems.push_back(missing(path + "field.channel", field.channel, choices.mapChannels));
        field.channel = -1;
        field.channelMode = field.channelMode == ChannelMode::Single ? ChannelMode::After : field.channelMode;
    }
}

/// Factors beyond the channels, or heads, there are.
void dropBeyond(std::vector<float>& factors, int count, const std::string& name, std::vector<Error>& problems) {
    const auto there = std::min(static_cast<std::size_t>(std::max(count, 0)), factors.size());
    const auto beyond = factors.begin() + static_cast<std::ptrdiff_t>(there);
    if (std::any_of(beyond, factors.end(), [](float f) { return f != 1.0F; })) {
        problems.push_back(makeError(ErrorCode::BadParameter,
                                     FOVEA_TEXT("engine", "“%1” has %2 entries, but there are only %3 here."),
                                     {name, std::to_string(factors.size()), std::to_string(count)}));
    }
    factors.erase(beyond, factors.end());
}

void dropMissing(std::vector<int>& places, int count, const std::string& name, std::vector<Error>& problems) {
    const auto first = std::stable_partition(places.begin(), places.end(), [count](int place) { return place < count; });
    for (auto it = first; it != places.end(); ++it) {
        problems.push_back(missing(name, *it, count));
    }
    places.erase(first, places.end());
}

}  // namespace

SessionState Session::state() {
    if (m_pending) {  // chosen already, though its model is still being read
        return *m_pending;
    }
    SessionState state;
    for (const Pane& of : m_panes) {
        const Choice& c = choice(of);
        const auto bundle = bundleOf(of.model);
        state.panes.push_back({.bundleFolder = bundle ? bundle->folder : std::string(),
                               .module = of.module->id,
                               .place = of.place,
                               .trained = of.trained,
                               .params = c.params,
                               .weightsFile = c.weightsFile,
                               .seed = c.seed,
                               .field = c.field,
                               .intervention = c.intervention,
                               .pinnedChannels = c.pinnedChannels,
                               .pinnedHeads = c.pinnedHeads});
        state.panes.back().field.job = {};
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
    m_selectsOpened = false;
    if (const std::string folder = closedBundle(state); !folder.empty()) {  // one after the other
        m_awaitsBundle = m_awaitsBundle || !m_shown;
        m_pending = state;
        m_controller.openBundle(QString::fromStdString(folder));
        return;
    }
    m_pending.reset();
    m_awaitsBundle = false;
    m_input = {.fit = state.cropped ? Fit::Crop : Fit::Whole, .fine = state.fine};
    m_retina = state.retina;
    restorePanes(state);
    refreshInputs();
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
    std::vector<Pane> panes;
    for (const PaneState& pane : state.panes) {
        const ModuleInfo* info = findModule(pane.module);
        if (info == nullptr || panes.size() >= kMaxPanes) {
            continue;
        }
        Pane& restored = panes.emplace_back();
        restored = {.module = info, .place = pane.place, .trained = pane.trained, .model = m_retina};
        if (auto bundle = bundleIn(pane.bundleFolder)) {
            restored.model = NetworkModel{.bundle = std::move(bundle), .input = m_input};
        }
        Choice& c = m_choices[idOf(restored)];
        c = {.params = pane.params.values().empty() ? modelJob(*info, restored.model).params : pane.params,
             .weightsFile = pane.weightsFile,
             .fallbackFile = {},
             .fileOnTrial = false,
             .seed = pane.seed,
             .field = pane.field,
             .intervention = pane.intervention,
             .pinnedChannels = pane.pinnedChannels,
             .pinnedHeads = pane.pinnedHeads};
        c.field.job = idOf(restored);
    }
    if (!panes.empty()) {
        m_panes = std::move(panes);
    }
    m_active = std::clamp(state.active, 0, paneCount() - 1);
}

bool Session::isUpToDate(int pane) const { return m_finishedEpochs[static_cast<std::size_t>(pane)] == m_controller.epoch(); }

std::vector<Error> Session::dropMissingChoices(int pane, const std::string& path) {
    std::vector<Error> problems;
    Choice& c = choice(this->pane(pane));
    const auto& result = m_shown;
    const auto finished = moduleResult(pane);
    if (!finished) {
        return problems;
    }
    const Intervention before = c.intervention;
    if (c.field.activationClass >= 0) {
        dropMissingClass(c.field, classCount(*result, *finished, c.field), path, problems);
    }
    FieldSpec ofModule = c.field;
    ofModule.activationClass = -1;
    auto choices = fieldChoices(*result, ofModule);
    if (!choices && !ofModule.map.empty()) {
        ofModule.map.clear();
        if (auto others = fieldChoices(*result, ofModule)) {
            problems.push_back(choices.error());
            c.field.map.clear();
            choices = std::move(others);
        }
    }
    if (!choices) {  // the mechanism failed, and its pane says why
        return problems;
    }
    dropMissingPlaces(c.field, *choices, path, problems);
    dropBeyond(c.intervention.channels, choices->moduleChannels, path + "channelFactors", problems);
    dropBeyond(c.intervention.heads, choices->moduleHeads, path + "headFactors", problems);
    dropMissing(c.pinnedChannels, choices->moduleChannels, path + "pinnedChannels", problems);
    dropMissing(c.pinnedHeads, choices->moduleHeads, path + "pinnedHeads", problems);
    if (c.intervention != before) {
        submit();
        Q_EMIT moduleChanged();
    }
    if (!problems.empty()) {
        Q_EMIT fieldChanged();
    }
    return problems;
}

}  // namespace fovea
