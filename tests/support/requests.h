#pragma once

#include <utility>
#include <vector>

#include "engine/pipeline/pipeline.h"

namespace fovea::test {

/// The request of a pass with one model.
inline PipelineRequest requestOf(const Frame& frame, std::vector<ModuleJob> jobs, ModelSpec model = RetinaOptions{}) {
    return {.epoch = 1, .frame = frame, .models = {{std::move(model), std::move(jobs)}}};
}

/// Jobs on the Retina's features, the first `shown` of which are looked at.
inline std::vector<ModelJobs> onRetina(std::vector<ModuleJob> jobs, std::size_t shown = 1) {
    for (std::size_t k = shown; k < jobs.size(); ++k) {
        jobs[k].shown = false;
    }
    return {{.model = RetinaOptions{}, .jobs = std::move(jobs)}};
}

}  // namespace fovea::test
