#include "engine/pipeline/job.h"

#include <cassert>

namespace fovea {

JobId jobId(const ModuleJob& job, ModelId model) {
    assert(job.info != nullptr);
    return {.source = job.info->id, .place = job.place, .model = model};
}

ModuleJob modelJob(const ModuleInfo& info, const ModelSpec& model) {
    ModuleJob job{.info = &info, .params = ParamSet(info.params)};
    const auto bundle = bundleOf(model);
    if (!bundle) {
        return job;
    }
    if (const auto known = bundle->modules.find(info.id); known != bundle->modules.end()) {
        job.params = known->second.params;
        if (info.weights != nullptr) {
            job.weights = std::shared_ptr<const Weights>(bundle, &known->second.weights);
        }
    }
    return job;
}

}  // namespace fovea
