#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/api.h"
#include "engine/attention/module.h"
#include "engine/models/model_spec.h"
#include "engine/pipeline/intervention.h"

namespace fovea {

/// Tells one job of a pass from every other.
struct JobId {
    std::string source;  ///< AttentionSource::id
    int place = 0;       ///< tells apart jobs of one source in one model which differ in parameters or weights
    ModelId model = {};
    friend auto operator<=>(const JobId&, const JobId&) = default;
};

/// One mechanism to run, as values.
struct ModuleJob {
    const ModuleInfo* info = nullptr;
    int place = 0;  ///< JobId::place
    ParamSet params;
    std::string weightsFile;                 ///< a safetensors file; empty: seeded random (or parameter-free)
    std::shared_ptr<const Weights> weights;  ///< given tensors instead of a file; wins over weightsFile
    std::uint64_t seed = 1;
    bool recordSteps = false;
    bool predict = false;  ///< the bundle's network predicts with this module, too
    bool shown = true;     ///< a person looks at the result: on a moving source it is made for every frame
    /// Mutes or scales channels and heads for this module alone. Gates, maps, output, prediction and fields are then those of a
    /// module which has read such features. The model's features and its plain prediction stay as they are.
    Intervention intervention = {};
};

/// The job's id in a model.
FOVEA_API JobId jobId(const ModuleJob& job, ModelId model);

/// A job with the parameters and the trained weights a model has for a module; with the defaults and random weights where the
/// model has none. The weights keep the bundle alive.
FOVEA_API ModuleJob modelJob(const ModuleInfo& info, const ModelSpec& model);

}  // namespace fovea
