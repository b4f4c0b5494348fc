#include "engine/render/field_lookup.h"

#include <algorithm>
#include <cmath>

namespace fovea::fields {

Result<const AttentionMap*> chosenMap(const JobResult& module, const std::string& name) {
    const auto& maps = module.output->maps;
    if (name.empty()) {
        if (const AttentionMap* map = defaultMap(*module.output)) {
            return map;
        }
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "%1 gives no map which has a place on the picture; choose another module."),
                         {module.source.title});
    }
    const auto it = std::find_if(maps.begin(), maps.end(), [&](const AttentionMap& map) { return map.name == name; });
    if (it == maps.end()) {
        std::string known;
        for (const auto& map : maps) {
            known += (known.empty() ? "" : ", ") + map.name;
        }
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "%1 has no map “%2”; choose one of: %3."),
                         {module.source.title, name, known});
    }
    return &*it;
}

Result<std::shared_ptr<const JobResult>> finishedJob(const FrameResult& result, const FieldSpec& spec) {
    auto module = result.find(spec.job);
    if (!module) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no result of the module “%1” yet; choose it in the list."),
                         {spec.job.source});
    }
    if (!module->output) {
        return module->output.error();
    }
    return module;
}

int clipIndex(int frame, int count) noexcept { return frame < 0 || frame >= count ? count - 1 : frame; }

int clampedPart(double position, int n) noexcept {
    return position > 0.0 ? static_cast<int>(std::min(std::floor(position), n - 1.0)) : 0;
}

int placeIndex(double x, double y, int height, int width) noexcept {
    return clampedPart(y * height, height) * width + clampedPart(x * width, width);
}

}  // namespace fovea::fields
