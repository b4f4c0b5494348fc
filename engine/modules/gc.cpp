// GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond (Cao et al., ICCVW 2019).
//   context: pooling att, m = softmax over all positions of w·x + b and ctx_c = Σ_n m_n·x_cn; pooling avg, ctx = mean over H,W.
//   t = W3·relu(LN(W0·ctx + b0)) + b3 with ⌊C·ratio⌋ planes, separate weights for the two fusions:
//   channel_mul: out = x·sigmoid(t_mul) first; channel_add: out = out + t_add. The residual x is part of the module.
// With one plane the layer norm gives its bias exactly.

#include <algorithm>

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

int planeCount(const InputShape& shape, const ParamSet& params) {
    return static_cast<int>(shape.channels * params.real("ratio"));
}

bool has(const std::vector<std::string>& fusions, const std::string& name) {
    return std::find(fusions.begin(), fusions.end(), name) != fusions.end();
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int planes = planeCount(shape, params);
    std::vector<WeightSpec> specs;
    if (params.choice("pooling") == "att") {
        specs.push_back({"conv_mask.weight", {1, channels, 1, 1}, WeightInit::FanIn, channels});
        specs.push_back({"conv_mask.bias", {1}, WeightInit::FanIn, channels});
    }
    for (const auto& fusion : params.choiceSet("fusion")) {
        const std::string prefix = fusion + "_conv.";
        specs.push_back({prefix + "0.weight", {planes, channels, 1, 1}, WeightInit::FanIn, channels});
        specs.push_back({prefix + "0.bias", {planes}, WeightInit::FanIn, channels});
        specs.push_back({prefix + "1.weight", {planes, 1, 1}, WeightInit::One});
        specs.push_back({prefix + "1.bias", {planes, 1, 1}, WeightInit::Zero});
        // Zero in the reference at the start of training; with random weights that would hide the mechanism.
        specs.push_back({prefix + "3.weight", {channels, planes, 1, 1}, WeightInit::FanIn, planes});
        specs.push_back({prefix + "3.bias", {channels}, WeightInit::FanIn, planes});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (params.choiceSet("fusion").empty()) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "GC needs at least one fusion; choose channel_add, channel_mul or both."));
    }
    if (planeCount(shape, params) < 1) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine",
                       "GC has nothing to compute: its ratio leaves no hidden channel of %1; choose a ratio of at least 1/%1."),
            {std::to_string(shape.channels)});
    }
    return {};
}

class GlobalContext final : public AttentionModule {
public:
    GlobalContext(const Weights& weights, bool attentive, const std::vector<std::string>& fusions)
        : m_weights(weights.tensors),
          m_attentive(attentive),
          m_multiply(has(fusions, "channel_mul")),
          m_add(has(fusions, "channel_add")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        AttentionOutput result;
        const auto context = m_attentive ? attendedContext(x, result, steps) : ops::globalMean(x);
        steps.add("context", m_attentive ? "ctx_c = Σ_n m_n · x_cn" : "ctx_c = mean over H,W of x_c",
                  [&] { return ops::toTensor(context); });
        FeatureMap y = x;
        if (m_multiply) {
            auto gate = transform(context, "channel_mul_conv.");
            ops::sigmoidInPlace(gate.data(), gate.size());
            steps.add("multiply", "g = sigmoid(W3·relu(LN(W0·ctx + b0)) + b3)", [&] { return ops::toTensor(gate); });
            y = ops::scaleChannels(y, gate);
            result.maps.push_back(channelMap("channel_mul", MapRole::Gate, FOVEA_TEXT("engine", "Channel gate"), gate));
        }
        if (m_add) {
            const auto term = transform(context, "channel_add_conv.");
            steps.add("add", "t = W3·relu(LN(W0·ctx + b0)) + b3", [&] { return ops::toTensor(term); });
            ops::addToChannels(y, term);
            result.maps.push_back(
                channelMap("channel_add", MapRole::Additive, FOVEA_TEXT("engine", "Added to each channel"), term));
        }
        steps.add("fuse", "out = x · g + t", [&] { return ops::toTensor(y); });
        result.frames.push_back(std::move(y));
        return result;
    }

private:
    [[nodiscard]] const Tensor& weight(const std::string& name) const { return m_weights.at(name); }

    [[nodiscard]] ops::Vector attendedContext(const FeatureMap& x, AttentionOutput& result, Steps& steps) const {
        FeatureMap mask = ops::conv2d(x, weight("conv_mask.weight"), weight("conv_mask.bias"));
        ops::softmax(mask.data(), mask.size(), mask.size());
        steps.add("mask", "m = softmax over H·W of w·x + b", [&] { return ops::toTensor(mask, true); });
        result.maps.push_back(spatialMap("spatial", MapRole::Distribution, FOVEA_TEXT("engine", "Context weights"), mask));
        return ops::weightedSums(x, mask);
    }

    [[nodiscard]] ops::Vector transform(const ops::Vector& context, const std::string& prefix) const {
        auto hidden = ops::linear(context, weight(prefix + "0.weight"), weight(prefix + "0.bias"));
        ops::layerNorm(hidden, weight(prefix + "1.weight"), weight(prefix + "1.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        return ops::linear(hidden, weight(prefix + "3.weight"), weight(prefix + "3.bias"));
    }

    static AttentionMap channelMap(const char* name, MapRole role, const char* title, const ops::Vector& values) {
        return {.name = name, .kind = ChannelMap{}, .role = role, .title = title, .data = ops::toTensor(values)};
    }

    std::map<std::string, Tensor> m_weights;
    bool m_attentive;
    bool m_multiply;
    bool m_add;
};

}  // namespace

const ModuleInfo& gcModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "gc",
        .title = "GC",
        .longTitle = FOVEA_TEXT("engine", "Global context block"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond (Cao et al., ICCVW 2019)",
        .arxiv = "1904.11492",
        .reference = "xvjiarui/GCNet mmdet/ops/gcb/context_block.py",
        .summary = FOVEA_TEXT("engine", "Gathers one context from all positions by one map and gives it back to every position."),
        .params = {{.key = "ratio",
                    .label = FOVEA_TEXT("engine", "Ratio"),
                    .type = ParamType::Real,
                    .fallback = 1.0 / 16.0,
                    .min = 1.0 / 256.0,
                    .max = 4.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "Hidden channels as a fraction of the channels.")},
                   {.key = "pooling",
                    .label = FOVEA_TEXT("engine", "Pooling"),
                    .type = ParamType::Choice,
                    .fallback = std::string("att"),
                    .choices = {"att", "avg"},
                    .help =
                        FOVEA_TEXT("engine", "How the context is gathered: by a learned map (att) or as the plain mean (avg).")},
                   {.key = "fusion",
                    .label = FOVEA_TEXT("engine", "Fusion"),
                    .type = ParamType::ChoiceSet,
                    .fallback = std::vector<std::string>{"channel_add"},
                    .choices = {"channel_mul", "channel_add"},
                    .help = FOVEA_TEXT("engine", "How the context returns: as a factor, as a term or both.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<GlobalContext>(w, params.choice("pooling") == "att", params.choiceSet("fusion"));
        }};
    return kInfo;
}

}  // namespace fovea
