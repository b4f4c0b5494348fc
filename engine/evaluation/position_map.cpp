#include "engine/evaluation/position_map.h"

#include <algorithm>
#include <utility>

#include "engine/render/kinds/map_kind.h"

namespace fovea {

Result<std::optional<JudgedMap>> judgedMap(const FrameResult& result, const JobId& job) {
    const JobResult& module = *result.find(job);
    if (!module.output) {
        return module.output.error();
    }
    const AttentionMap* map = defaultMap(*module.output);
    auto numbers = map != nullptr ? kindInfo(*map).perPosition(*map) : std::nullopt;
    if (!numbers) {
        return std::optional<JudgedMap>();
    }
    auto field = makeField(result, {.job = job});
    if (!field) {
        return field.error();
    }
    JudgedMap judged{.map = {.values = std::move(field->values), .height = field->height, .width = field->width}};
    judged.map.geometry = field->geometry;
    if (!numbers->values.empty()) {
        judged.map.values = std::move(numbers->values);
    }
    judged.how = std::move(numbers->how);
    return std::optional(std::move(judged));
}

PositionMap activationMap(const Prediction& prediction, int index, const Features& features) {
    const FeatureMap values = classActivation(prediction, index);
    PositionMap map{.height = values.height(), .width = values.width(), .geometry = features.geometry};
    map.geometry.stepX *= static_cast<double>(features.map.width()) / values.width();
    map.geometry.stepY *= static_cast<double>(features.map.height()) / values.height();
    std::transform(values.data(), values.data() + values.size(), std::back_inserter(map.values),
                   [](float v) { return std::max(v, 0.0F); });
    return map;
}

}  // namespace fovea
