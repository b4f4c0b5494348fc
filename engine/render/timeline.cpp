#include "engine/render/timeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/field_lookup.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

/// The map `spec` names if it says something over time, else the first which does.
Result<const AttentionMap*> timelineMap(const JobResult& module, const std::string& name) {
    const auto chosen = fields::chosenMap(module, name);
    if (!chosen && !name.empty()) {
        return chosen;
    }
    if (chosen && hasTimeline(**chosen)) {
        return chosen;
    }
    const auto& maps = module.output->maps;
    const auto it = std::find_if(maps.begin(), maps.end(), hasTimeline);
    if (it == maps.end()) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "%1 gives no weights over time; choose a mechanism which compares frames."),
                         {module.source.title});
    }
    return &*it;
}

}  // namespace

bool hasTimeline(const AttentionMap& map) noexcept { return kindInfo(map).hasTimeline(map); }

Result<Timeline> makeTimeline(const FrameResult& result, const FieldSpec& spec) {
    const auto found = fields::finishedJob(result, spec);
    if (!found) {
        return found.error();
    }
    const JobResult& module = **found;
    const auto map = timelineMap(module, spec.map);
    if (!map) {
        return map.error();
    }
    const auto& clip = result.find(spec.job.model)->clip;
    if (!clip || clip->empty()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The frames which %1 compares are not at hand; run it on a video or a camera."),
                         {module.source.title});
    }
    Timeline line;
    for (const auto& held : *clip) {
        line.timestamps.push_back(held.frame.timestamp);
        line.indices.push_back(held.frame.index);
    }
    line.shown = fields::clipIndex(spec.frame, static_cast<int>(clip->size()));
    line.module = module.source.title;
    line.map = (*map)->title;
    line.provenance = module.source.provenance;
    auto filled = kindInfo(**map).timeline(std::move(line), module, **map, spec);
    const auto finite = [](float v) { return std::isfinite(v); };
    if (filled && !(std::all_of(filled->weights.begin(), filled->weights.end(), finite) &&
                    std::all_of(filled->rows.begin(), filled->rows.end(), finite))) {
        return makeError(ErrorCode::BadValue,
                         FOVEA_TEXT("engine",
                                    "The map “%1” of %2 has weights over time which are not finite; choose other weights or "
                                    "parameters."),
                         {(*map)->name, module.source.title});
    }
    return filled;
}

}  // namespace fovea
