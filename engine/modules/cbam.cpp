// CBAM: Convolutional Block Attention Module (Woo et al., ECCV 2018).
// Channel gate: for each pooling p (mean, maximum over H,W): y_p = W3·relu(W1·p + b1) + b3 with one shared network,
//   a = sigmoid(Σ_p y_p), x1 = a_c·x_c. The biases count once per pooling.
// Spatial gate, of the refined x1: m = [max_c x1 ; mean_c x1] in this order, s = sigmoid(BN(conv7×7(m))), out = s·x1.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

constexpr int kKernel = 7;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int hidden = channels / params.integer("reduction");
    std::vector<WeightSpec> specs{{"ChannelGate.mlp.1.weight", {hidden, channels}, WeightInit::FanIn, channels},
                                  {"ChannelGate.mlp.1.bias", {hidden}, WeightInit::FanIn, channels},
                                  {"ChannelGate.mlp.3.weight", {channels, hidden}, WeightInit::FanIn, hidden},
                                  {"ChannelGate.mlp.3.bias", {channels}, WeightInit::FanIn, hidden}};
    if (!params.boolean("no_spatial")) {
        specs.insert(specs.end(),
                     {{"SpatialGate.spatial.conv.weight", {1, 2, kKernel, kKernel}, WeightInit::FanIn, 2 * kKernel * kKernel},
                      {"SpatialGate.spatial.bn.weight", {1}, WeightInit::One},
                      {"SpatialGate.spatial.bn.bias", {1}, WeightInit::Zero},
                      {"SpatialGate.spatial.bn.running_mean", {1}, WeightInit::Zero},
                      {"SpatialGate.spatial.bn.running_var", {1}, WeightInit::One}});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (params.choiceSet("pool_types").empty()) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "CBAM needs at least one kind of pooling; choose avg, max or both."));
    }
    return checkReduction("CBAM", shape.channels, params);
}

class Cbam final : public AttentionModule {
public:
    Cbam(const Weights& weights, std::vector<std::string> pools, bool spatial)
        : m_weights(weights.tensors), m_pools(std::move(pools)), m_spatial(spatial) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto channel = channelGate(x, steps);
        FeatureMap y = ops::scaleChannels(x, channel);
        steps.add("refine", "x1 = a_c · x_c", [&] { return ops::toTensor(y); });
        AttentionOutput result;
        if (m_spatial) {
            const FeatureMap gate = spatialGate(y, steps);
            y = ops::scalePositions(y, gate);
            steps.add("scale", "out = s · x1", [&] { return ops::toTensor(y); });
            result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), gate));
        }
        result.maps.push_back(channelGateMap(channel));
        result.frames.push_back(std::move(y));
        return result;
    }

private:
    [[nodiscard]] const Tensor& weight(const std::string& name) const { return m_weights.at(name); }

    [[nodiscard]] ops::Vector channelGate(const FeatureMap& x, Steps& steps) const {
        ops::Vector sum(x.channels(), 0.0F);
        for (const auto& pool : m_pools) {
            const bool mean = pool == "avg";
            const auto pooled = mean ? ops::globalMean(x) : ops::globalMax(x);
            steps.add(mean ? "mean" : "maximum", mean ? "p = mean over H,W of x_c" : "p = maximum over H,W of x_c",
                      [&] { return ops::toTensor(pooled); });
            auto hidden = ops::linear(pooled, weight("ChannelGate.mlp.1.weight"), weight("ChannelGate.mlp.1.bias"));
            ops::reluInPlace(hidden.data(), hidden.size());
            const auto y = ops::linear(hidden, weight("ChannelGate.mlp.3.weight"), weight("ChannelGate.mlp.3.bias"));
            std::transform(sum.begin(), sum.end(), y.begin(), sum.begin(), std::plus<>());
        }
        steps.add("excite", "y = Σ_p (W3·relu(W1·p + b1) + b3)", [&] { return ops::toTensor(sum); });
        ops::sigmoidInPlace(sum.data(), sum.size());
        steps.add("channel gate", "a = sigmoid(y)", [&] { return ops::toTensor(sum); });
        return sum;
    }

    [[nodiscard]] FeatureMap spatialGate(const FeatureMap& x, Steps& steps) const {
        FeatureMap pooled(2, x.height(), x.width());
        std::copy_n(ops::channelMax(x).data(), x.cells(), pooled.row(0));
        std::copy_n(ops::channelMean(x).data(), x.cells(), pooled.row(1));
        steps.add("compress", "m = [max_c x1 ; mean_c x1]", [&] { return ops::toTensor(pooled); });
        FeatureMap gate =
            ops::conv2d(pooled, weight("SpatialGate.spatial.conv.weight"), {}, {.padH = kKernel / 2, .padW = kKernel / 2});
        ops::batchNorm(gate, weight("SpatialGate.spatial.bn.weight"), weight("SpatialGate.spatial.bn.bias"),
                       weight("SpatialGate.spatial.bn.running_mean"), weight("SpatialGate.spatial.bn.running_var"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("spatial gate", "s = sigmoid(BN(conv7×7(m)))", [&] { return ops::toTensor(gate, true); });
        return gate;
    }

    std::map<std::string, Tensor> m_weights;
    std::vector<std::string> m_pools;
    bool m_spatial;
};

}  // namespace

const ModuleInfo& cbamModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "cbam",
        .title = "CBAM",
        .longTitle = FOVEA_TEXT("engine", "Convolutional block attention module"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "CBAM: Convolutional Block Attention Module (Woo et al., ECCV 2018)",
        .arxiv = "1807.06521",
        .reference = "Jongchan/attention-module MODELS/cbam.py",
        .summary = FOVEA_TEXT("engine", "Weighs the channels first and then the positions of what remains."),
        .params = {reductionParam(16),
                   {.key = "pool_types",
                    .label = FOVEA_TEXT("engine", "Pooling"),
                    .type = ParamType::ChoiceSet,
                    .fallback = std::vector<std::string>{"avg", "max"},
                    .choices = {"avg", "max"},
                    .help = FOVEA_TEXT("engine", "What the channel gate sees of each channel: its mean, its maximum or both.")},
                   {.key = "no_spatial",
                    .label = FOVEA_TEXT("engine", "Channel gate only"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Leaves the spatial gate out.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Cbam>(w, params.choiceSet("pool_types"), !params.boolean("no_spatial"));
        }};
    return kInfo;
}

}  // namespace fovea
