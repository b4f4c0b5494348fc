#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/pipeline.h"

namespace fovea::test {

/// Adds a job to a result's only model, the Retina; an unfinished one is null.
inline void addJob(FrameResult& result, std::shared_ptr<const JobResult> job) {
    const std::string id = job ? job->source.id : std::string("unfinished");
    result.models.front().jobs.push_back({.id = {.source = id}, .shown = true, .result = std::move(job)});
}

/// A result of the Retina made by hand.
inline FrameResult madeResult(Frame frame, std::shared_ptr<const Features> features,
                              const std::vector<std::shared_ptr<const JobResult>>& jobs = {}) {
    FrameResult result;
    result.frame = std::move(frame);
    result.models.resize(1);
    result.models.front().features = std::move(features);
    for (const auto& job : jobs) {
        addJob(result, job);
    }
    return result;
}

/// The result of a job of a result with one model.
inline const std::shared_ptr<const JobResult>& jobAt(const FrameResult& result, std::size_t index = 0) {
    return result.models.front().jobs[index].result;
}

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
