#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/attention/module.h"

namespace fovea {

/// The multi-head self-attention of vision transformers, on tokens which are the cells of a map, d = C / heads:
///   [q; k; v] = W·t + b (W is 3C×C; head h owns the rows h·d … of each part),
///   A_h[n,m] = softmax over m of q_n·k_m / √d,  out = P·[A_1·v_1; A_2·v_2; …] + p.
class MultiHead {
public:
    static constexpr int kMaxHeads = 64;

    /// Names of its three steps.
    struct StepNames {
        const char* project;
        const char* attend;
        const char* merge;
    };

    /// The parameters `heads` and `qkv_bias`.
    static std::vector<ParamSpec> params();
    /// The learned tensors, whose names begin with `prefix`.
    static std::vector<WeightSpec> weights(const std::string& prefix, int channels, const ParamSet& params);
    /// Whether the heads share the channels evenly.
    static Result<void> check(int channels, const ParamSet& params);

    MultiHead(const Weights& weights, const std::string& prefix, const ParamSet& params);

    /// `groups` equal runs of cells attend each within itself. Of `input` it reads the factors of the heads and whether to stop;
    /// then it returns nothing.
    [[nodiscard]] std::optional<Attended> run(const FeatureMap& tokens, int groups, const ModuleInput& input, Steps& steps,
                                              const StepNames& names) const;

private:
    int m_heads;
    Tensor m_qkvWeight;
    Tensor m_qkvBias;
    Tensor m_projWeight;
    Tensor m_projBias;
};

}  // namespace fovea
