// Self-Attention Generative Adversarial Networks (Zhang et al., ICML 2019).
//   q = W_q·x + b_q, k = W_k·x + b_k (C → C // 8), v = W_v·x + b_v (C → C), all 1×1;
//   A[p,r] = softmax over r of q_p·k_r (no scaling),  out = γ·(A·v) + x.
// γ starts at 0 in the reference, which shows nothing; random weights take 1.

#include "engine/attention/position_attention.h"

namespace fovea {
namespace {

constexpr const char* kTitle = "SAGAN";

class Sagan final : public AttentionModule {
public:
    explicit Sagan(const Weights& weights) : m_attention(weights, "") {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        auto attended = m_attention.run(x, input.stop, steps);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        AttentionOutput result;
        result.frames.push_back(std::move(attended->output));
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        return result;
    }

private:
    PositionAttention m_attention;
};

}  // namespace

const ModuleInfo& saganModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sagan",
        .title = kTitle,
        .longTitle = FOVEA_TEXT("engine", "SAGAN self-attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "Self-Attention Generative Adversarial Networks (Zhang et al., ICML 2019)",
        .arxiv = "1805.08318",
        .reference = "heykeetae/Self-Attention-GAN sagan_models.py Self_Attn",
        .summary = FOVEA_TEXT("engine", "Lets every position gather from all positions whose key resembles its query."),
        .weights = [](const InputShape& shape, const ParamSet&) { return PositionAttention::weights("", shape.channels); },
        .check = [](const InputShape& shape, const ParamSet&) { return PositionAttention::check(kTitle, shape.channels); },
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Sagan>(w);
        }};
    return kInfo;
}

}  // namespace fovea
