#include "app/session/selection.h"

#include <algorithm>
#include <utility>

#include "engine/attention/registry.h"

namespace fovea {

const ModuleInfo* Selection::module(const QString& id) const {
    const auto it = std::find_if(filmstrip.begin(), filmstrip.end(),
                                 [&id](const ModuleInfo* info) { return QString::fromStdString(info->id) == id; });
    return it == filmstrip.end() ? findModule(id.toStdString()) : *it;
}

ModuleJob Selection::jobOf(const Pane& pane) {
    const Choice& choice = choices.of(pane, panes.current());
    ModuleJob job = modelJob(*pane.module, pane.model);
    job.place = pane.place;
    job.params = choice.params;
    job.weightsFile = choice.weightsFile;
    job.seed = choice.seed;
    job.intervention = choice.intervention;
    if (!pane.trained || !choice.weightsFile.empty()) {
        job.weights.reset();
    }
    return job;
}

ModuleJob Selection::job(int pane) {
    const bool isActive = pane == kActivePane || pane == panes.active();
    ModuleJob job = jobOf(panes[pane]);
    job.predict = isActive && predicts(panes[pane].model);
    job.recordSteps = isActive && recordsSteps;
    return job;
}

std::vector<ModelJobs> Selection::jobs() {
    const Pane& active = panes.current();
    std::vector<ModelJobs> wanted{{.model = active.model, .jobs = {job()}}};
    for (int pane = 0; panes.areCompared() && pane < panes.count(); ++pane) {
        if (pane == panes.active()) {
            continue;
        }
        const ModelSpec& model = panes[pane].model;
        auto same = std::find_if(wanted.begin(), wanted.end(), [&](const auto& m) { return modelId(m.model) == modelId(model); });
        if (same == wanted.end()) {
            same = wanted.insert(same, {.model = model, .jobs = {}});
        }
        same->jobs.push_back(job(pane));
    }
    std::vector<ModuleJob>& beside = wanted.front().jobs;
    for (const ModuleInfo* info : filmstrip) {
        const auto isSame = [info](const ModuleJob& known) { return known.info == info && known.place == 0; };
        if (std::none_of(beside.begin(), beside.end(), isSame)) {
            beside.push_back(jobOf({.module = info, .trained = active.trained, .model = active.model}));
            beside.back().shown = false;
        }
    }
    return wanted;
}

bool Selection::addPane(const ModuleInfo* module) {
    if (module == nullptr || panes.count() >= kMaxPanes) {
        return false;
    }
    Pane added = panes.current();
    added.module = module;
    added.place = panes.freePlace();
    const Choice base = choice();
    choices.makeRoomFor(added);
    if (module == panes.current().module) {
        choices.set(added, base);
    } else {
        choices.of(added, panes.current());
    }
    return panes.add(added);
}

void Selection::setModel(const ModelSpec& model) {
    models.follow(model);
    const ModelId before = modelId(panes.current().model);
    for (int k = 0; k < panes.count(); ++k) {
        const ModelId own = modelId(panes[k].model);
        const bool follows = k == panes.active() || (!panes.areCompared() && own == before);
        if (!follows || own == modelId(model)) {
            continue;
        }
        const Choice* old = knownChoice(k);
        panes.setModel(k, model);
        if (old != nullptr) {
            FieldSpec& field = choice(k).field;
            field.queryX = old->field.queryX;
            field.queryY = old->field.queryY;
        }
    }
    refreshModels();
}

void Selection::refreshModels() {
    for (int k = 0; k < panes.count(); ++k) {
        panes.setModel(k, models.refreshed(panes[k].model));
    }
}

SessionState Selection::state() {
    SessionState state;
    for (int k = 0; k < panes.count(); ++k) {
        const Pane& pane = panes[k];
        const Choice& chosen = choice(k);
        const auto bundle = bundleOf(pane.model);
        state.panes.push_back({.bundleFolder = bundle ? bundle->folder : std::string(),
                               .module = pane.module->id,
                               .place = pane.place,
                               .trained = pane.trained,
                               .params = chosen.params,
                               .weightsFile = chosen.weightsFile,
                               .seed = chosen.seed,
                               .field = chosen.field,
                               .intervention = chosen.intervention,
                               .pinnedChannels = chosen.pinnedChannels,
                               .pinnedHeads = chosen.pinnedHeads});
        state.panes.back().field.job = {};
    }
    state.active = panes.active();
    state.cropped = models.input().fit == Fit::Crop;
    state.fine = models.input().fine;
    state.retina = models.retina();
    state.pins = questions.pins();
    state.activePin = questions.activePin();
    return state;
}

void Selection::restore(const SessionState& state) {
    models.endOpening();
    models.setInput({.fit = state.cropped ? Fit::Crop : Fit::Whole, .fine = state.fine});
    models.setRetina(state.retina);
    std::vector<Pane> restored;
    for (const PaneState& of : state.panes) {
        const ModuleInfo* info = findModule(of.module);
        if (info != nullptr && restored.size() < kMaxPanes) {
            restored.push_back(
                {.module = info, .place = of.place, .trained = of.trained, .model = models.inFolder(of.bundleFolder)});
            restorePane(of, restored.back());
        }
    }
    panes.setAll(std::move(restored), state.active);
    refreshModels();
    questions.setAll(state.pins, state.activePin);
}

void Selection::restorePane(const PaneState& state, const Pane& pane) {
    choices.set(pane, {.params = state.params.values().empty() ? modelJob(*pane.module, pane.model).params : state.params,
                       .weightsFile = state.weightsFile,
                       .fallbackFile = {},
                       .fileOnTrial = false,
                       .seed = state.seed,
                       .field = state.field,
                       .intervention = state.intervention,
                       .pinnedChannels = state.pinnedChannels,
                       .pinnedHeads = state.pinnedHeads});
}

}  // namespace fovea
