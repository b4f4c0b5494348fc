#pragma once

#include <memory>
#include <stop_token>

#include "engine/pipeline/pipeline.h"

namespace fovea {

/// Runs one model and the jobs on its features; keeps features, clip, module instances and results of the newest frame. Used by
/// one thread at a time.
class ModelRunner {
public:
    ModelRunner();
    ~ModelRunner();
    ModelRunner(const ModelRunner&) = delete;
    ModelRunner& operator=(const ModelRunner&) = delete;

    void setClipFrames(int frames);
    /// Whether the features of this frame are there.
    [[nodiscard]] bool hasFeatures(const ModelSpec& model, const Frame& frame) const;
    /// Computes the features of the frame unless they are there.
    Result<void> prepare(const ModelSpec& model, const Frame& frame, const std::stop_token& stop);
    /// The features and the results of these jobs which are there already. Results which are missing are null.
    [[nodiscard]] ModelResult knownResult(const ModelJobs& jobs);
    /// The prediction of the network without a module; null when the model predicts nothing.
    std::shared_ptr<const Prediction> predictPlainly(const std::stop_token& stop);
    /// The result of a job on the features, from the cache or computed. `jobCount`: how many jobs the pass has.
    std::shared_ptr<const JobResult> run(const ModuleJob& job, std::size_t jobCount, const std::stop_token& stop);

    [[nodiscard]] std::uint64_t backboneRuns() const noexcept;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The result of a model none of whose jobs has run.
ModelResult unfinishedResult(const ModelJobs& jobs);
/// The result of a job which cannot run, because of `error`.
std::shared_ptr<const JobResult> failedJob(const ModuleJob& job, const Error& error);

}  // namespace fovea
