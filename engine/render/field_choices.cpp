#include "engine/render/field_choices.h"

#include <algorithm>

#include "engine/render/field_lookup.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

int classesOf(const ModelResult& model, const JobResult& module, bool plain) {
    const auto& prediction = plain ? model.prediction : module.prediction;
    return prediction && prediction->explains() ? prediction->linear->classes : 0;
}

}  // namespace

Result<FieldChoices> fieldChoices(const FrameResult& result, const FieldSpec& spec) {
    const auto module = fields::finishedJob(result, spec);
    if (!module) {
        return module.error();
    }
    const ModelResult& model = *result.find(spec.job.model);
    if (!model.features || model.features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    FieldChoices choices{.moduleChannels = model.features->map.channels(),
                         .classes = classesOf(model, **module, spec.plainActivation)};
    for (const AttentionMap& map : (*module)->output->maps) {
        choices.moduleHeads = std::max(choices.moduleHeads, headCount(map));
    }
    choices.mapHeads = choices.moduleHeads;
    choices.mapChannels = choices.moduleChannels;
    if (spec.activationClass >= 0) {  // no map of the module is looked at
        return choices;
    }
    const auto map = fields::chosenMap(**module, spec.map);
    if (!map) {
        return map.error();
    }
    choices.mapHeads = headCount(**map);
    choices.mapChannels = kindInfo(**map).channels(**map, model.features->map);
    return choices;
}

}  // namespace fovea
