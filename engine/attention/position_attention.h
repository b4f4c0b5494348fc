#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {

/// The self-attention of SAGAN, which is the position branch of DANet too:
///   q = W_q·x + b_q, k = W_k·x + b_k (C → C // 8), v = W_v·x + b_v (C → C), all 1×1;
///   A[p,r] = softmax over r of q_p·k_r (no scaling),  out = γ·(A·v) + x.
class PositionAttention {
public:
    /// The learned tensors, whose names begin with `prefix`. γ starts at 0 in the references, which shows nothing; random weights
    /// take 1.
    static std::vector<WeightSpec> weights(const std::string& prefix, int channels);
    /// Whether there are enough channels for queries; `title` names the mechanism.
    static Result<void> check(const std::string& title, int channels);

    PositionAttention(const Weights& weights, std::string prefix);

    /// `output` of the result is out. Returns nothing when `stop` was requested.
    [[nodiscard]] std::optional<Attended> run(const FeatureMap& x, const std::stop_token& stop, Steps& steps) const;

private:
    Layers m_layers;
    std::string m_prefix;
};

}  // namespace fovea
