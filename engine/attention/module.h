#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/attention/maps.h"
#include "engine/attention/params.h"
#include "engine/attention/steps.h"
#include "engine/attention/weights.h"
#include "engine/result.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// Which axis a mechanism weighs.
enum class Domain { Channel, Spatial, ChannelSpatial, Temporal, SpatialTemporal, Branch };

/// How it weighs: differentiable gate, discrete selection, or affinities of the features with themselves.
enum class AttentionKind { Soft, Hard, Self };

/// What a module needs besides one feature map.
struct ModuleNeeds {
    bool clip = false;    ///< T frames' features
    bool gate = false;    ///< a second, coarser feature map ("gate"): a pass gives the same features at half their resolution
    bool hidden = false;  ///< a vector which steers it ("hidden"): a pass gives the channels' means
};

/// The sizes weights and checks may depend on.
struct InputShape {
    int channels = 0;
    int height = 0;
    int width = 0;
    int frames = 1;
    std::map<std::string, Shape> extras;  ///< shapes of "gate", "hidden" … where present
    bool operator==(const InputShape&) const = default;
};

/// What one run reads. The pointers outlive the run.
struct ModuleInput {
    std::vector<const FeatureMap*> frames;        ///< one for pictures, T for clips; never empty
    std::map<std::string, const Tensor*> extras;  ///< "gate", "hidden" …, and the state of the frame before
    std::stop_token stop;                         ///< polled per block; a stopped run returns ErrorCode::Cancelled
    /// What head h gathers is multiplied by heads[h], missing ones by 1, before the heads are merged; null: by 1. A module
    /// without heads ignores it.
    const std::vector<float>* heads = nullptr;

    [[nodiscard]] const FeatureMap& features() const { return *frames.front(); }
};

/// What one run gives: the features after attention (T maps for a clip) and the attention itself.
struct AttentionOutput {
    std::vector<FeatureMap> frames;
    std::vector<AttentionMap> maps;
    /// What the next frame of the same stream gets among its extras: "hidden", "cell". Empty for a mechanism without memory.
    std::map<std::string, Tensor> state = {};
};

/// An instance of a mechanism: parameters and weights are fixed, run() may be called for every frame and remembers nothing: the
/// same input gives the same bits. Not thread-safe.
class FOVEA_API AttentionModule {
public:
    AttentionModule() = default;
    AttentionModule(const AttentionModule&) = delete;
    AttentionModule& operator=(const AttentionModule&) = delete;
    virtual ~AttentionModule();

    /// Computes the attention of `input`, whose shape is the one the instance was created for.
    virtual Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) = 0;
};

/// The descriptor of a mechanism: one const object at the end of its file.
struct ModuleInfo {
    std::string id;         ///< "cbam"
    int version = 1;        ///< rises when the numbers change
    std::string title;      ///< "CBAM": short, for lists
    std::string longTitle;  ///< FOVEA_TEXT: "Convolutional Block Attention Module"
    Domain domain = Domain::Channel;
    AttentionKind kind = AttentionKind::Soft;
    ModuleNeeds needs = {};
    int year = 0;
    std::string paper;       ///< "CBAM (Woo et al., ECCV 2018)"
    std::string arxiv = {};  ///< "1807.06521" or empty
    std::string reference;   ///< the reference code the numbers equal
    std::string summary;     ///< FOVEA_TEXT: one sentence which says what it does
    std::vector<ParamSpec> params = {};
    /// The learned tensors for this shape and these parameters; null for a parameter-free mechanism.
    std::vector<WeightSpec> (*weights)(const InputShape&, const ParamSet&) = nullptr;
    /// Whether shape and parameters go together ("SAGAN needs at least 8 channels"); null when all do.
    Result<void> (*check)(const InputShape&, const ParamSet&) = nullptr;
    /// Whether the shapes of the learned tensors depend on height and width for these parameters; null when they never do.
    bool (*tied)(const ParamSet&) = nullptr;
    /// An instance; weights have been checked against the specs, shape and parameters by check().
    std::unique_ptr<AttentionModule> (*create)(const InputShape&, const ParamSet&, const Weights&) = nullptr;
};

/// "channel", "spatial", "channel+spatial", "temporal", "spatial+temporal", "branch".
FOVEA_API const char* domainName(Domain domain) noexcept;
/// "soft", "hard", "self".
FOVEA_API const char* attentionKindName(AttentionKind kind) noexcept;

/// The weight specs of a module, empty if it is parameter-free.
FOVEA_API std::vector<WeightSpec> weightSpecs(const ModuleInfo& info, const InputShape& shape, const ParamSet& params);

/// Checks and creates. Weights must come from randomWeights(), checkedWeights() or loadWeights() for the same specs.
FOVEA_API Result<std::unique_ptr<AttentionModule>> createModule(const ModuleInfo& info, const InputShape& shape,
                                                                const ParamSet& params, const Weights& weights);

/// Runs and checks: non-finite maps or output become an error which names the module and the map.
FOVEA_API Result<AttentionOutput> runModule(const ModuleInfo& info, AttentionModule& module, const ModuleInput& input,
                                            Steps& steps);

}  // namespace fovea
