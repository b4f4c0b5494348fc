#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/job.h"
#include "engine/pipeline/result.h"

namespace fovea {

class ModelRunner;

/// Jobs on the features of one model, run in this order.
struct ModelJobs {
    ModelSpec model = RetinaOptions{};
    std::vector<ModuleJob> jobs = {};
};

/// Everything one pass needs, as values.
struct PipelineRequest {
    std::uint64_t epoch = 0;
    std::chrono::steady_clock::time_point started = {};  ///< when work on the frame began, if that was before this pass
    Frame frame;
    std::vector<ModelJobs> models;  ///< at least one, each another model; the first one's failure fails the pass
    bool plainPrediction = true;    ///< a job which predicts makes the network predict without any module, too
    int clipFrames = 8;             ///< frames a clip holds, 2 … 32; mechanisms over time run when there are so many
};

/// frame → features (cached) → clip → modules (cached) → maps, for each model of a request. The features of every new frame enter
/// the clip, whatever runs, so that a mechanism over time shows at once when it is chosen. A model is kept while requests name
/// it. Used by one thread at a time.
class FOVEA_API Pipeline {
public:
    using Publish = std::function<void(std::shared_ptr<const FrameResult>)>;

    Pipeline();
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Runs the jobs which are shown, model by model, then the others. After the features and after every job `publish` gets a
    /// snapshot (may be empty), which has a place for each job. Returns the full result; an error only when the features of the
    /// first model fail or the pass was stopped: a failing job's error stays in its JobResult, and features of a further model
    /// which fail put their error into each of its jobs.
    Result<std::shared_ptr<const FrameResult>> run(const PipelineRequest& request, const std::stop_token& stop,
                                                   const Publish& publish = {});

    /// How often a backbone ran, of all models together.
    [[nodiscard]] std::uint64_t backboneRuns() const noexcept;

private:
    class Pass;
    void keepOnly(const PipelineRequest& request);

    std::map<ModelId, std::unique_ptr<ModelRunner>> m_runners;
    std::uint64_t m_goneRuns = 0;  ///< backboneRuns() of the models which were let go
};

}  // namespace fovea
