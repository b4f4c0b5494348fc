// CondConv: Conditionally Parameterized Convolutions for Efficient Inference (Yang et al., NeurIPS 2019).
//   r = sigmoid(W·(mean over H,W of x) + b), one number an expert;  kernel = Σ_e r_e·W_e (bias likewise);  out = kernel ∗ x.
// The routing weights do not sum to 1.

#include "engine/attention/branches.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int experts = params.integer("experts");
    const int outputs = outputChannels(shape, params);
    const int kernel = params.integer("k");
    const int fanIn = shape.channels / params.integer("groups") * kernel * kernel;
    std::vector<WeightSpec> specs{
        {"routing_fn.weight", {experts, shape.channels}, WeightInit::FanIn, shape.channels},
        {"routing_fn.bias", {experts}, WeightInit::FanIn, shape.channels},
        {"conv.weight", {experts, static_cast<std::int64_t>(outputs) * fanIn}, WeightInit::FanIn, fanIn}};
    if (params.boolean("bias")) {
        specs.push_back({"conv.bias", {experts, outputs}, WeightInit::FanIn, fanIn});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    for (const int channels : {shape.channels, outputChannels(shape, params)}) {
        if (auto shared = checkGroups("CondConv", channels, params.integer("groups")); !shared) {
            return shared;
        }
    }
    return {};
}

class CondConv final : public AttentionModule {
public:
    CondConv(const InputShape& shape, const Weights& weights, const ParamSet& params)
        : m_layers(weights),
          m_outputs(outputChannels(shape, params)),
          m_kernel(params.integer("k")),
          m_groups(params.integer("groups")),
          m_bias(params.boolean("bias")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const auto pooled = ops::globalMean(x);
        trace.stage("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(pooled); });
        auto routing = ops::linear(pooled, m_layers.at("routing_fn.weight"), m_layers.at("routing_fn.bias"));
        ops::sigmoidInPlace(routing.data(), routing.size());
        trace.stage("routing", "r = sigmoid(W·z + b)", [&] { return ops::toTensor(routing); });
        const Tensor kernel =
            mixedKernel(m_layers.at("conv.weight"), routing, {m_outputs, x.channels() / m_groups, m_kernel, m_kernel});
        trace.stage("kernel", "K = Σ_e r_e · W_e", [&] { return kernel; });
        const Tensor bias = m_bias ? mixedKernel(m_layers.at("conv.bias"), routing, {m_outputs}) : Tensor();
        AttentionOutput result;
        result.frames.push_back(ops::conv2d(x, kernel, bias, {.padH = m_kernel / 2, .padW = m_kernel / 2, .groups = m_groups}));
        trace.stage("convolve", "out = K ∗ x", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(
            branchMap(MapRole::Gate, FOVEA_TEXT("engine", "Routing weights of the experts"), ops::toTensor(routing)));
        return result;
    }

private:
    Layers m_layers;
    int m_outputs;
    int m_kernel;
    int m_groups;
    bool m_bias;
};

}  // namespace

const ModuleInfo& condconvModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "condconv",
        .title = "CondConv",
        .longTitle = FOVEA_TEXT("engine", "Conditionally parameterised convolution"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "CondConv: Conditionally Parameterized Convolutions for Efficient Inference (Yang et al., NeurIPS 2019)",
        .arxiv = "1904.04971",
        .reference = "huggingface/pytorch-image-models timm/layers/cond_conv2d.py CondConv2d",
        .summary = FOVEA_TEXT("engine", "Mixes the kernels of several experts by what the picture needs, then convolves once."),
        .params = {{.key = "experts",
                    .label = FOVEA_TEXT("engine", "Experts"),
                    .type = ParamType::Int,
                    .fallback = 8,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "Kernels which are mixed.")},
                   kernelParam(),
                   groupsParam(false),
                   outputsParam(),
                   biasParam(false)},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<CondConv>(shape, w, params);
        }};
    return kInfo;
}

}  // namespace fovea
