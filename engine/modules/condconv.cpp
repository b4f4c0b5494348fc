// CondConv: Conditionally Parameterized Convolutions for Efficient Inference (Yang et al., NeurIPS 2019).
//   r = sigmoid(W·z + b), z = mean over H,W of x;  K = Σ_e r_e·K_e, bias Σ_e r_e·b_e;  out = K ∗ x.
// The routing weights do not sum to 1.

#include "engine/attention/layers.h"
#include "engine/attention/mixed_convolution.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int experts = params.integer("experts");
    const Shape kernel = MixedConvolution::kernelShape(shape, params);
    const auto taps = static_cast<int>(kernel[1] * kernel[2] * kernel[3]);
    std::vector<WeightSpec> specs{{"routing_fn.weight", {experts, shape.channels}, WeightInit::FanIn, shape.channels},
                                  {"routing_fn.bias", {experts}, WeightInit::FanIn, shape.channels},
                                  {"conv.weight", {experts, kernel[0] * taps}, WeightInit::FanIn, taps}};
    if (params.boolean("bias")) {
        specs.push_back({"conv.bias", {experts, kernel[0]}, WeightInit::FanIn, taps});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (auto shared = MixedConvolution::check("CondConv", shape, params); !shared) {
        return shared;
    }
    return checkWeightCount("CondConv", weights(shape, params));
}

class ConditionalConvolution final : public AttentionModule {
public:
    ConditionalConvolution(const InputShape& shape, const ParamSet& params, const Weights& weights)
        : m_routing(weights.tensors.at("routing_fn.weight")),
          m_routingBias(weights.tensors.at("routing_fn.bias")),
          m_convolution(weights.tensors.at("conv.weight"), params.boolean("bias") ? weights.tensors.at("conv.bias") : Tensor(),
                        MixedConvolution::kernelShape(shape, params), params.integer("groups")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const auto pooled = ops::globalMean(input.features());
        steps.add("squeeze", "z = mean over H,W of x", [&] { return ops::toTensor(pooled); });
        auto routing = ops::linear(pooled, m_routing, m_routingBias);
        ops::sigmoidInPlace(routing.data(), routing.size());
        steps.add("route", "r = sigmoid(W·z + b)", [&] { return ops::toTensor(routing); });
        AttentionOutput result;
        result.frames.push_back(m_convolution.run(input.features(), routing, steps));
        result.maps.push_back(
            branchMap("branch", MapRole::Gate, FOVEA_TEXT("engine", "Weights of the experts"), ops::toTensor(routing)));
        return result;
    }

private:
    Tensor m_routing;
    Tensor m_routingBias;
    MixedConvolution m_convolution;
};

std::vector<ParamSpec> paramSpecs() {
    auto specs = MixedConvolution::params(false);
    specs.insert(specs.begin(), {.key = "experts",
                                 .label = FOVEA_TEXT("engine", "Experts"),
                                 .type = ParamType::Int,
                                 .fallback = 8,
                                 .min = 1,
                                 .max = 256,
                                 .help = FOVEA_TEXT("engine", "How many kernels are mixed.")});
    return specs;
}

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
        .summary = FOVEA_TEXT("engine", "Mixes one kernel from several experts for every picture and convolves with it."),
        .params = paramSpecs(),
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<ConditionalConvolution>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
