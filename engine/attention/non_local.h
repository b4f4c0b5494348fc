#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {

/// The non-local block, on the positions of one picture or of all frames of a clip, N queries and N' keys:
///   y_p = Σ_q A[p,q]·g_q,  out = BN(W·y + b) + x  (the batch norm only with bn_layer).
/// With sub_sample, keys and values are max-pooled by 2×2 within each frame after their convolutions; the queries never are.
class NonLocal {
public:
    /// How two positions are compared.
    enum class Affinity {
        Embedded,  ///< A = softmax_q(θ_p·φ_q), θ and φ 1×1 convolutions with bias, C → inter
        Gaussian,  ///< A = softmax_q(x_p·x_q), on the features themselves
        Dot,       ///< A = θ_p·φ_q / N', of either sign
    };

    /// The parameters `inter`, `sub_sample` and `bn_layer`.
    static std::vector<ParamSpec> params();
    /// The learned tensors; the weights of convolutions have `axes` kernel axes of extent 1.
    static std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params, Affinity affinity, std::size_t axes);
    /// Whether keys are left after sub-sampling; `title` names the mechanism.
    static Result<void> check(const InputShape& shape, const ParamSet& params, const char* title);

    NonLocal(const Weights& weights, const ParamSet& params, Affinity affinity);

    [[nodiscard]] Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) const;

private:
    [[nodiscard]] FeatureMap pooled(FeatureMap x, int frames) const;
    [[nodiscard]] std::optional<Attended> gather(const FeatureMap& x, int frames, const std::stop_token& stop,
                                                 Steps& steps) const;

    Layers m_layers;
    Affinity m_affinity;
    bool m_pooled;
    bool m_normalized;
};

/// A mechanism which is a non-local block and nothing else.
class NonLocalModule final : public AttentionModule {
public:
    NonLocalModule(const Weights& weights, const ParamSet& params, NonLocal::Affinity affinity)
        : m_block(weights, params, affinity) {}
    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override { return m_block.run(input, steps); }

private:
    NonLocal m_block;
};

}  // namespace fovea
