// Squeeze-and-Excitation Networks (Hu et al., CVPR 2018).
//   z_c = mean over H,W of x_c,  h = relu(W0·z + b0),  a = sigmoid(W2·h + b2),  out_c = a_c·x_c.
// W0 has C // reduction rows (whole-number division). Many ports drop both biases.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

int hiddenChannels(const InputShape& shape, const ParamSet& params) { return shape.channels / params.integer("reduction"); }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int hidden = hiddenChannels(shape, params);
    std::vector<WeightSpec> specs{{"fc.0.weight", {hidden, channels}, WeightInit::FanIn, channels},
                                  {"fc.2.weight", {channels, hidden}, WeightInit::FanIn, hidden}};
    if (params.boolean("bias")) {
        specs.push_back({"fc.0.bias", {hidden}, WeightInit::FanIn, channels});
        specs.push_back({"fc.2.bias", {channels}, WeightInit::FanIn, hidden});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) { return checkReduction("SE", shape.channels, params); }

class SqueezeExcitation final : public AttentionModule {
public:
    SqueezeExcitation(const Weights& weights, bool bias)
        : m_weight0(weights.tensors.at("fc.0.weight")), m_weight2(weights.tensors.at("fc.2.weight")) {
        if (bias) {
            m_bias0 = weights.tensors.at("fc.0.bias");
            m_bias2 = weights.tensors.at("fc.2.bias");
        }
    }

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto squeezed = ops::globalMean(x);
        steps.add("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(squeezed); });
        auto hidden = ops::linear(squeezed, m_weight0, m_bias0);
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("reduce", "h = relu(W0·z + b0)", [&] { return ops::toTensor(hidden); });
        auto gate = ops::linear(hidden, m_weight2, m_bias2);
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("excite", "a = sigmoid(W2·h + b2)", [&] { return ops::toTensor(gate); });

        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out_c = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(gate));
        return result;
    }

private:
    Tensor m_weight0;
    Tensor m_bias0;
    Tensor m_weight2;
    Tensor m_bias2;
};

}  // namespace

const ModuleInfo& seModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "se",
        .title = "SE",
        .longTitle = FOVEA_TEXT("engine", "Squeeze-and-excitation"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "Squeeze-and-Excitation Networks (Hu et al., CVPR 2018)",
        .arxiv = "1709.01507",
        .reference = "hyunjaelee410/style-based-recalibration-module models/recalibration_modules.py SELayer",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by a small network which sees the mean of every channel."),
        .params = {reductionParam(16),
                   {.key = "bias",
                    .label = FOVEA_TEXT("engine", "Biases"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether both layers add a learned constant.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SqueezeExcitation>(w, params.boolean("bias"));
        }};
    return kInfo;
}

}  // namespace fovea
