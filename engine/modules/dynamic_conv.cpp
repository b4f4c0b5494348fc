// Dynamic Convolution: Attention over Convolution Kernels (Chen et al., CVPR 2020).
//   z = mean over H,W of x,  l = W2·relu(W1·z) + b2,  a = softmax(l / T);  kernel = Σ_k a_k·W_k (bias likewise);  out = kernel ∗
//   x.
// The hidden layer has ⌊C·ratio⌋ + 1 units, but K of them for three channels.

#include "engine/attention/branches.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

int hiddenUnits(const InputShape& shape, const ParamSet& params) {
    constexpr int kColours = 3;
    return shape.channels == kColours ? params.integer("K") : static_cast<int>(shape.channels * params.real("ratio")) + 1;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int kernels = params.integer("K");
    const int side = params.integer("k");
    const int hidden = hiddenUnits(shape, params);
    const int outputs = outputChannels(shape, params);
    const int inputs = shape.channels / params.integer("groups");
    const int fanIn = inputs * side * side;
    std::vector<WeightSpec> specs{{"weight", {kernels, outputs, inputs, side, side}, WeightInit::FanIn, fanIn}};
    if (params.boolean("bias")) {
        specs.push_back({"bias", {kernels, outputs}, WeightInit::FanIn, fanIn});
    }
    addConvolution(specs, "attention.fc1", hidden, shape.channels, false);
    addConvolution(specs, "attention.fc2", kernels, hidden, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    for (const int channels : {shape.channels, outputChannels(shape, params)}) {
        if (auto shared = checkGroups("Dynamic convolution", channels, params.integer("groups")); !shared) {
            return shared;
        }
    }
    return {};
}

class DynamicConv final : public AttentionModule {
public:
    DynamicConv(const InputShape& shape, const Weights& weights, const ParamSet& params)
        : m_layers(weights),
          m_outputs(outputChannels(shape, params)),
          m_kernel(params.integer("k")),
          m_groups(params.integer("groups")),
          m_bias(params.boolean("bias")),
          m_temperature(static_cast<float>(params.real("T"))) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const auto gate = attention(x, trace);
        const Tensor kernel = mixedKernel(m_layers.at("weight"), gate, {m_outputs, x.channels() / m_groups, m_kernel, m_kernel});
        trace.stage("kernel", "K = Σ_k a_k · W_k", [&] { return kernel; });
        const Tensor bias = m_bias ? mixedKernel(m_layers.at("bias"), gate, {m_outputs}) : Tensor();
        AttentionOutput result;
        result.frames.push_back(ops::conv2d(x, kernel, bias, {.padH = m_kernel / 2, .padW = m_kernel / 2, .groups = m_groups}));
        trace.stage("convolve", "out = K ∗ x", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(
            branchMap(MapRole::Distribution, FOVEA_TEXT("engine", "Weights of the kernels"), ops::toTensor(gate)));
        return result;
    }

private:
    [[nodiscard]] ops::Vector attention(const FeatureMap& x, Trace& trace) const {
        const auto pooled = ops::globalMean(x);
        trace.stage("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(pooled); });
        auto hidden = ops::linear(pooled, m_layers.at("attention.fc1.weight"), {});
        ops::reluInPlace(hidden.data(), hidden.size());
        auto gate = ops::linear(hidden, m_layers.at("attention.fc2.weight"), m_layers.at("attention.fc2.bias"));
        for (float& logit : gate) {
            logit /= m_temperature;
        }
        ops::softmax(gate.data(), gate.size(), gate.size());
        trace.stage("attention", "a = softmax((W2·relu(W1·z) + b2) / T)", [&] { return ops::toTensor(gate); });
        return gate;
    }

    Layers m_layers;
    int m_outputs;
    int m_kernel;
    int m_groups;
    bool m_bias;
    float m_temperature;
};

}  // namespace

const ModuleInfo& dynamic_convModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "dynamic_conv",
        .title = "Dynamic conv",
        .longTitle = FOVEA_TEXT("engine", "Dynamic convolution"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "Dynamic Convolution: Attention over Convolution Kernels (Chen et al., CVPR 2020)",
        .arxiv = "1912.03458",
        .reference = "kaijieshi7/Dynamic-convolution-Pytorch dynamic_conv.py Dynamic_conv2d",
        .summary = FOVEA_TEXT("engine", "Mixes several kernels by weights which sum to 1, then convolves once."),
        .params = {{.key = "K",
                    .label = FOVEA_TEXT("engine", "Kernels"),
                    .type = ParamType::Int,
                    .fallback = 4,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "Kernels which are mixed.")},
                   {.key = "T",
                    .label = FOVEA_TEXT("engine", "Temperature"),
                    .type = ParamType::Real,
                    .fallback = 34.0,
                    .min = 0.01,
                    .max = 1000.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "The higher, the more equal the weights; training lowers it to 1.")},
                   {.key = "ratio",
                    .label = FOVEA_TEXT("engine", "Ratio"),
                    .type = ParamType::Real,
                    .fallback = 0.25,
                    .min = 0.001,
                    .max = 4.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "Units of the hidden layer as a share of the channels.")},
                   kernelParam(),
                   groupsParam(false),
                   outputsParam(),
                   biasParam(true)},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DynamicConv>(shape, w, params);
        }};
    return kInfo;
}

}  // namespace fovea
