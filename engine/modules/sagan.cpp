// Self-Attention Generative Adversarial Networks (Zhang et al., ICML 2019).
//   q = W_q·x + b_q, k = W_k·x + b_k (C → C // 8), v = W_v·x + b_v (C → C), all 1×1;
//   A[p,r] = softmax over r of q_p·k_r (no scaling),  out = γ·(A·v) + x.
// γ starts at 0 in the reference, which shows nothing; random weights take 1.

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {
namespace {

constexpr int kReduction = 8;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    const int inner = channels / kReduction;
    return {{"gamma", {1}, WeightInit::One},
            {"query_conv.weight", {inner, channels, 1, 1}, WeightInit::FanIn, channels},
            {"query_conv.bias", {inner}, WeightInit::FanIn, channels},
            {"key_conv.weight", {inner, channels, 1, 1}, WeightInit::FanIn, channels},
            {"key_conv.bias", {inner}, WeightInit::FanIn, channels},
            {"value_conv.weight", {channels, channels, 1, 1}, WeightInit::FanIn, channels},
            {"value_conv.bias", {channels}, WeightInit::FanIn, channels}};
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.channels < kReduction) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine",
                       "SAGAN needs at least 8 channels, but these features have %1; choose features with more channels."),
            {std::to_string(shape.channels)});
    }
    return {};
}

class Sagan final : public AttentionModule {
public:
    explicit Sagan(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        FeatureMap query = project(x, "query_conv");
        FeatureMap key = project(x, "key_conv");
        const FeatureMap value = project(x, "value_conv");
        trace.stage("query", "q = W_q·x + b_q", [&] { return ops::toTensor(query); });
        trace.stage("key", "k = W_k·x + b_k", [&] { return ops::toTensor(key); });
        trace.stage("value", "v = W_v·x + b_v", [&] { return ops::toTensor(value); });
        auto attended = attend(std::move(query), std::move(key), value, 1, 1.0F, input.stop);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        FeatureMap& out = attended->output;
        trace.stage("attend", "o_p = Σ_r softmax_r(q_p · k_r) · v_r", [&] { return ops::toTensor(out); });
        const float gamma = m_weights.at("gamma").values.front();
        for (std::size_t k = 0; k < out.size(); ++k) {
            out.data()[k] = gamma * out.data()[k] + x.data()[k];
        }
        trace.stage("residual", "out = γ·o + x", [&] { return ops::toTensor(out); });

        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        return result;
    }

private:
    [[nodiscard]] FeatureMap project(const FeatureMap& x, const std::string& layer) const {
        return ops::conv2d(x, m_weights.at(layer + ".weight"), m_weights.at(layer + ".bias"));
    }

    std::map<std::string, Tensor> m_weights;
};

}  // namespace

const ModuleInfo& saganModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sagan",
        .title = "SAGAN",
        .longTitle = FOVEA_TEXT("engine", "SAGAN self-attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "Self-Attention Generative Adversarial Networks (Zhang et al., ICML 2019)",
        .arxiv = "1805.08318",
        .reference = "heykeetae/Self-Attention-GAN sagan_models.py Self_Attn",
        .summary = FOVEA_TEXT("engine", "Lets every position gather from all positions whose key resembles its query."),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Sagan>(w);
        }};
    return kInfo;
}

}  // namespace fovea
