#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/result.h"

namespace fovea::test {

/// A finished job of a mechanism with its default parameters. Its output is empty.
inline std::shared_ptr<JobResult> jobOf(const ModuleInfo& info, Provenance provenance = {}) {
    auto job = std::make_shared<JobResult>();
    job->source = sourceOf(info, ParamSet(info.params), std::move(provenance));
    return job;
}

/// Adds a finished job to a result's only model, the Retina.
inline void addJob(FrameResult& result, std::shared_ptr<const JobResult> job) {
    JobId id{.source = job->source.id};
    result.models.front().jobs.push_back({.id = std::move(id), .shown = true, .result = std::move(job)});
}

/// Adds a job which has not finished.
inline void addUnfinished(FrameResult& result, std::string id) {
    result.models.front().jobs.push_back({.id = {.source = std::move(id)}, .shown = true, .result = nullptr});
}

/// A result of the Retina with these finished jobs.
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

}  // namespace fovea::test
