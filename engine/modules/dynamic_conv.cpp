// Dynamic Convolution: Attention over Convolution Kernels (Chen et al., CVPR 2020).
//   z = mean over H,W of x,  l = fc2(relu(fc1·z)) with ⌊C·ratio⌋ + 1 hidden numbers, K of them for C = 3;
//   a = softmax(l / T);  kernel Σ_k a_k·K_k, bias Σ_k a_k·b_k;  out = kernel ∗ x + bias.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/mixed_convolution.h"

namespace fovea {
namespace {

constexpr int kColours = 3;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int kernels = params.integer("K");
    const int hidden = channels == kColours ? kernels : static_cast<int>(channels * params.real("ratio")) + 1;
    Shape bank = MixedConvolution::kernelShape(shape, params);
    const auto taps = static_cast<int>(bank[1] * bank[2] * bank[3]);
    const auto outputs = bank[0];
    bank.insert(bank.begin(), kernels);
    std::vector<WeightSpec> specs{{"weight", bank, WeightInit::FanIn, taps}};
    if (params.boolean("bias")) {
        // Zero in the reference at the start of training.
        specs.push_back({"bias", {kernels, outputs}, WeightInit::FanIn, taps});
    }
    addConvolution(specs, "attention.fc1", hidden, channels, false);
    addConvolution(specs, "attention.fc2", kernels, hidden, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (auto shared = MixedConvolution::check("Dynamic convolution", shape, params); !shared) {
        return shared;
    }
    return checkWeightCount("Dynamic convolution", weights(shape, params));
}

class DynamicConvolution final : public AttentionModule {
public:
    DynamicConvolution(const InputShape& shape, const ParamSet& params, const Weights& weights)
        : m_reduce(weights.tensors.at("attention.fc1.weight")),
          m_expand(weights.tensors.at("attention.fc2.weight")),
          m_bias(weights.tensors.at("attention.fc2.bias")),
          m_convolution(weights.tensors.at("weight"), params.boolean("bias") ? weights.tensors.at("bias") : Tensor(),
                        MixedConvolution::kernelShape(shape, params), params.integer("groups")),
          m_temperature(params.real("T")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const auto pooled = ops::globalMean(input.features());
        steps.add("squeeze", "z = mean over H,W of x", [&] { return ops::toTensor(pooled); });
        auto hidden = ops::linear(pooled, m_reduce, {});
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("reduce", "h = relu(fc1·z)", [&] { return ops::toTensor(hidden); });
        auto attention = ops::linear(hidden, m_expand, m_bias);
        steps.add("logits", "l = fc2·h + b", [&] { return ops::toTensor(attention); });
        std::transform(attention.begin(), attention.end(), attention.begin(),
                       [this](float l) { return static_cast<float>(l / m_temperature); });
        ops::softmax(attention.data(), attention.size(), attention.size());
        steps.add("attend", "a = softmax(l / T)", [&] { return ops::toTensor(attention); });
        AttentionOutput result;
        result.frames.push_back(m_convolution.run(input.features(), attention, steps));
        result.maps.push_back(
            branchMap("branch", MapRole::Distribution, FOVEA_TEXT("engine", "Weights of the kernels"), ops::toTensor(attention)));
        return result;
    }

private:
    Tensor m_reduce;
    Tensor m_expand;
    Tensor m_bias;
    MixedConvolution m_convolution;
    double m_temperature;
};

std::vector<ParamSpec> paramSpecs() {
    auto specs = MixedConvolution::params(true);
    specs.insert(specs.begin(), {{.key = "K",
                                  .label = FOVEA_TEXT("engine", "Kernels"),
                                  .type = ParamType::Int,
                                  .fallback = 4,
                                  .min = 1,
                                  .max = 256,
                                  .help = FOVEA_TEXT("engine", "How many kernels are mixed.")},
                                 {.key = "T",
                                  .label = FOVEA_TEXT("engine", "Temperature"),
                                  .type = ParamType::Real,
                                  .fallback = 34.0,
                                  .min = 0.01,
                                  .max = 1000.0,
                                  .logarithmic = true,
                                  .help = FOVEA_TEXT("engine", "The higher, the more evenly the kernels are mixed.")},
                                 {.key = "ratio",
                                  .label = FOVEA_TEXT("engine", "Ratio"),
                                  .type = ParamType::Real,
                                  .fallback = 0.25,
                                  .min = 0.0,
                                  .max = 8.0,
                                  .help = FOVEA_TEXT("engine", "Hidden numbers as a fraction of the channels, besides one.")}});
    return specs;
}

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
        .summary = FOVEA_TEXT("engine", "Mixes one kernel from several, by weights which sum to 1, and convolves with it."),
        .params = paramSpecs(),
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DynamicConvolution>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
