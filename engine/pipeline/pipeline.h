#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/models/graph_backbone.h"
#include "engine/models/retina.h"
#include "engine/pipeline/intervention.h"
#include "engine/pipeline/result.h"

namespace fovea {

/// One module to run, as values.
struct ModuleJob {
    const ModuleInfo* info = nullptr;
    std::string slot = {};  ///< tells jobs of one module apart, which differ in parameters or weights; the first has none
    ParamSet params;
    std::string weightsFile;                 ///< a safetensors file; empty: seeded random (or parameter-free)
    std::shared_ptr<const Weights> weights;  ///< given tensors instead of a file; wins over weightsFile
    std::uint64_t seed = 1;
    bool trace = false;
    bool predict = false;  ///< what the network of a bundle says with this module, too
    /// What is muted or scaled for this module alone: everything behind the features follows (gates, maps, output, prediction,
    /// fields), as if it had read such features. FrameResult::features and the plain prediction stay as they are.
    Intervention intervention = {};
};

/// A job with the parameters and the trained weights a bundle has for a module; with the defaults and random weights where it has
/// none, or where `bundle` is null. The weights keep the bundle alive.
FOVEA_API ModuleJob bundleJob(const ModuleInfo& info, const std::shared_ptr<const Bundle>& bundle);

/// Jobs for the same frame on features of another network.
struct NetworkJobs {
    NetworkChoice network;  ///< without a bundle the Retina makes the features
    std::vector<ModuleJob> jobs;
};

/// Everything one pass needs, as values.
struct PipelineRequest {
    std::uint64_t epoch = 0;
    std::chrono::steady_clock::time_point started = {};  ///< when work on the frame began, if that was before this pass
    Frame frame;
    RetinaOptions retina;
    NetworkChoice network = {};            ///< with a bundle it makes the features, not the Retina
    std::vector<ModuleJob> jobs;           ///< run in this order
    std::size_t shownJobs = 1;             ///< so many of the first are looked at: on a moving source they run on every frame
    bool plainPrediction = true;           ///< where a job predicts: what the network says without any module, too
    int clipFrames = 8;                    ///< frames a clip holds, 2 … 32; mechanisms over time run when there are so many
    std::vector<NetworkJobs> others = {};  ///< looked at, too; each of another bundle. Pipelines runs them, one Pipeline does not
};

/// frame → features (cached) → clip → modules (cached) → maps. The features of every new frame enter the clip, whatever runs, so
/// that a mechanism over time shows at once when it is chosen. Used by one thread at a time; owns backbone and module instances.
class FOVEA_API Pipeline {
public:
    Pipeline();
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Runs the request. After the features and after every module `publish` gets a snapshot (may be empty). Returns the full
    /// result; an error only when the features fail or the pass was stopped: a failing module's error stays in its ModuleResult.
    Result<std::shared_ptr<const FrameResult>> run(const PipelineRequest& request, const std::stop_token& stop,
                                                   const std::function<void(std::shared_ptr<const FrameResult>)>& publish = {});

    /// What is there already for the request, without computing anything; null when that begins with the features.
    [[nodiscard]] std::shared_ptr<const FrameResult> known(const PipelineRequest& request);

    /// How often the backbone ran; for tests of the cache.
    [[nodiscard]] std::uint64_t backboneRuns() const noexcept;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
