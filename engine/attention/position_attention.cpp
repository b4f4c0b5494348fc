#include "engine/attention/position_attention.h"

#include <utility>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

constexpr int kReduction = 8;

}  // namespace

std::vector<WeightSpec> PositionAttention::weights(const std::string& prefix, int channels) {
    const int inner = channels / kReduction;
    std::vector<WeightSpec> specs{{prefix + "gamma", {1}, WeightInit::One}};
    addConvolution(specs, prefix + "query_conv", inner, channels, true);
    addConvolution(specs, prefix + "key_conv", inner, channels, true);
    addConvolution(specs, prefix + "value_conv", channels, channels, true);
    return specs;
}

Result<void> PositionAttention::check(const std::string& title, int channels) {
    if (channels < kReduction) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "%1 needs at least 8 channels, but these features have %2; choose features with more "
                                    "channels."),
                         {title, std::to_string(channels)});
    }
    return {};
}

PositionAttention::PositionAttention(const Weights& weights, std::string prefix)
    : m_layers(weights), m_prefix(std::move(prefix)) {}

std::optional<Attended> PositionAttention::run(const FeatureMap& x, const std::stop_token& stop, Steps& steps) const {
    FeatureMap query = m_layers.convolution(x, m_prefix + "query_conv");
    FeatureMap key = m_layers.convolution(x, m_prefix + "key_conv");
    const FeatureMap value = m_layers.convolution(x, m_prefix + "value_conv");
    steps.add("query", "q = W_q·x + b_q", [&] { return ops::toTensor(query); });
    steps.add("key", "k = W_k·x + b_k", [&] { return ops::toTensor(key); });
    steps.add("value", "v = W_v·x + b_v", [&] { return ops::toTensor(value); });
    auto attended = attend(std::move(query), std::move(key), value, 1, 1.0F, stop);
    if (!attended) {
        return std::nullopt;
    }
    FeatureMap& out = attended->output;
    steps.add("attend", "o_p = Σ_r softmax_r(q_p · k_r) · v_r", [&] { return ops::toTensor(out); });
    ops::scaleAndAdd(out, m_layers.at(m_prefix + "gamma").values.front(), x);
    steps.add("residual", "out = γ·o + x", [&] { return ops::toTensor(out); });
    return attended;
}

}  // namespace fovea
