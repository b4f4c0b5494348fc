#include "engine/attention/multi_head.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/ops.h"

namespace fovea {
namespace {

std::string workingHeads(int channels) {
    std::string out;
    for (int heads = 1; heads <= std::min(channels, MultiHead::kMaxHeads); ++heads) {
        if (channels % heads == 0) {
            out += (out.empty() ? "" : ", ") + std::to_string(heads);
        }
    }
    return out;
}

}  // namespace

std::vector<ParamSpec> MultiHead::params() {
    return {{.key = "heads",
             .label = FOVEA_TEXT("engine", "Heads"),
             .type = ParamType::Int,
             .fallback = 8,
             .min = 1,
             .max = kMaxHeads,
             .help = FOVEA_TEXT("engine", "How many attention matrices share the channels; it must divide their number.")},
            {.key = "qkv_bias",
             .label = FOVEA_TEXT("engine", "Query, key and value biases"),
             .type = ParamType::Bool,
             .fallback = true,
             .help = FOVEA_TEXT("engine", "Whether query, key and value add a learned constant.")}};
}

std::vector<WeightSpec> MultiHead::weights(const std::string& prefix, int channels, const ParamSet& params) {
    std::vector<WeightSpec> specs{{prefix + "qkv.weight", {3 * channels, channels}, WeightInit::FanIn, channels},
                                  {prefix + "proj.weight", {channels, channels}, WeightInit::FanIn, channels},
                                  {prefix + "proj.bias", {channels}, WeightInit::FanIn, channels}};
    if (params.boolean("qkv_bias")) {
        specs.push_back({prefix + "qkv.bias", {3 * channels}, WeightInit::FanIn, channels});
    }
    return specs;
}

Result<void> MultiHead::check(int channels, const ParamSet& params) {
    const int heads = params.integer("heads");
    if (channels % heads != 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine",
                       "%1 channels cannot be shared out evenly among %2 heads; choose one of these numbers of heads: %3."),
            {std::to_string(channels), std::to_string(heads), workingHeads(channels)});
    }
    return {};
}

MultiHead::MultiHead(const Weights& weights, const std::string& prefix, const ParamSet& params)
    : m_heads(params.integer("heads")),
      m_qkvWeight(weights.tensors.at(prefix + "qkv.weight")),
      m_projWeight(weights.tensors.at(prefix + "proj.weight")),
      m_projBias(weights.tensors.at(prefix + "proj.bias")) {
    if (params.boolean("qkv_bias")) {
        m_qkvBias = weights.tensors.at(prefix + "qkv.bias");
    }
}

std::optional<Attended> MultiHead::run(const FeatureMap& tokens, int groups, const ModuleInput& input, Steps& steps,
                                       const StepNames& names) const {
    const int channels = tokens.channels();
    const FeatureMap qkv = ops::conv2d(tokens, m_qkvWeight, m_qkvBias);
    steps.add(names.project, "[q; k; v] = W·t + b", [&] { return ops::toTensor(qkv); });
    const int depth = channels / m_heads;
    const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(depth)));
    auto attended = attend(ops::channelSlice(qkv, 0, channels), ops::channelSlice(qkv, channels, channels),
                           ops::channelSlice(qkv, 2 * channels, channels), m_heads, scale, input.stop, groups);
    if (!attended) {
        return std::nullopt;
    }
    scaleHeads(attended->output, m_heads, input.heads);
    steps.add(names.attend, "o_h = softmax(q_hᵀ·k_h / √d) · v_h", [&] { return ops::toTensor(attended->output); });
    attended->output = ops::conv2d(attended->output, m_projWeight, m_projBias);
    steps.add(names.merge, "out = P·[o_1; o_2; …] + p", [&] { return ops::toTensor(attended->output); });
    return attended;
}

}  // namespace fovea
