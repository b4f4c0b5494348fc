#include "engine/render/field_choices.h"

#include <algorithm>

#include "engine/render/field_lookup.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

int classesOf(const FrameResult& result, const ModuleResult& module, bool plain) {
    const auto& prediction = plain ? result.prediction : module.prediction;
    return prediction && prediction->explains() ? prediction->linear->classes : 0;
}

}  // namespace

Result<FieldChoices> fieldChoices(const FrameResult& result, const FieldSpec& spec) {
    const auto module = fields::finishedModule(result, spec);
    if (!module) {
        return module.error();
    }
    if (!result.features || result.features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    FieldChoices choices{.moduleChannels = result.features->map.channels(),
                         .classes = classesOf(result, **module, spec.plainActivation)};
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
    choices.mapChannels = kindInfo(**map).channels(**map, result.features->map);
    return choices;
}

}  // namespace fovea
