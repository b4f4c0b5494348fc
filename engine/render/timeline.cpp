#include "engine/render/timeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/field_parts.h"

namespace fovea {
namespace {

Error misshapen(const ModuleResult& module, const AttentionMap& map) {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine", "The map “%1” of %2 does not fit its frames; run the module again."),
                     {map.name, module.info->title});
}

/// The map `spec` names if it says something over time, else the first which does.
Result<const AttentionMap*> timelineMap(const ModuleResult& module, const std::string& name) {
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
                         {module.info->title});
    }
    return &*it;
}

Result<Timeline> temporalTimeline(Timeline line, const ModuleResult& module, const AttentionMap& map) {
    const std::size_t frames = line.timestamps.size();
    if (map.data.empty() || map.data.size() % frames != 0) {
        return misshapen(module, map);
    }
    const std::size_t channels = map.data.size() / frames;
    for (std::size_t t = 0; t < frames; ++t) {
        double sum = 0.0;
        for (std::size_t c = 0; c < channels; ++c) {
            sum += map.data.values[t * channels + c];
        }
        line.weights.push_back(static_cast<float>(sum / static_cast<double>(channels)));
    }
    if (map.data.shape.size() > 1) {
        line.rows = map.data.values;
        line.channels = static_cast<int>(channels);
    }
    line.role = map.role;
    line.what = map.role == MapRole::Gate ? FOVEA_TEXT("engine", "gate per frame") : FOVEA_TEXT("engine", "weight per frame");
    return line;
}

/// Looking from the query the weights sum to 1; what looks at it has no such sum.
Result<Timeline> pairwiseTimeline(Timeline line, const ModuleResult& module, const AttentionMap& map, const FieldSpec& spec) {
    const auto frames = line.timestamps.size();
    line.asking = fields::clipIndex(spec.queryFrame, static_cast<int>(frames));
    const auto asked = fields::askedOf(map, spec, line.asking, line.shown);
    const auto row = pairwiseRow(map, spec.head, asked.position, spec.toQuery, asked.group);
    const int over = spec.toQuery ? map.gridFrames : map.keyFrames;
    if (over != static_cast<int>(frames) || row.empty() || row.size() % frames != 0) {
        return misshapen(module, map);
    }
    const std::size_t places = row.size() / frames;
    for (std::size_t t = 0; t < frames; ++t) {
        double sum = 0.0;
        for (std::size_t n = 0; n < places; ++n) {
            sum += row[t * places + n];
        }
        line.weights.push_back(static_cast<float>(sum));
    }
    line.role = spec.toQuery ? MapRole::Saliency : MapRole::Distribution;
    line.what = spec.toQuery ? FOVEA_TEXT("engine", "who looks at the query, by frame")
                             : FOVEA_TEXT("engine", "where the query looks, by frame");
    return line;
}

}  // namespace

bool hasTimeline(const AttentionMap& map) noexcept {
    return map.kind == MapKind::Temporal || (map.kind == MapKind::Pairwise && map.keyFrames > 1);
}

Result<Timeline> makeTimeline(const FrameResult& result, const FieldSpec& spec) {
    const auto found = fields::finishedModule(result, spec);
    if (!found) {
        return found.error();
    }
    const ModuleResult& module = **found;
    const auto map = timelineMap(module, spec.map);
    if (!map) {
        return map.error();
    }
    if (!result.clip || result.clip->empty()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The frames which %1 compares are not at hand; run it on a video or a camera."),
                         {module.info->title});
    }
    Timeline line;
    for (const auto& held : *result.clip) {
        line.timestamps.push_back(held.frame.timestamp);
        line.indices.push_back(held.frame.index);
    }
    line.shown = fields::clipIndex(spec.frame, static_cast<int>(result.clip->size()));
    line.module = module.info->title;
    line.map = (*map)->title;
    line.provenance = module.provenance;
    auto filled = (*map)->kind == MapKind::Temporal ? temporalTimeline(std::move(line), module, **map)
                                                    : pairwiseTimeline(std::move(line), module, **map, spec);
    const auto finite = [](float v) { return std::isfinite(v); };
    if (filled && !(std::all_of(filled->weights.begin(), filled->weights.end(), finite) &&
                    std::all_of(filled->rows.begin(), filled->rows.end(), finite))) {
        return makeError(ErrorCode::BadValue,
                         FOVEA_TEXT("engine",
                                    "The map “%1” of %2 has weights over time which are not finite; choose other weights or "
                                    "parameters."),
                         {(*map)->name, module.info->title});
    }
    return filled;
}

}  // namespace fovea
