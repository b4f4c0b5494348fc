// ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks (Wang et al., CVPR 2020).
//   z = mean over H,W,  u_c = Σ_t w_t·z_{c + t − (k−1)/2} (correlation over the channel axis, zero padding, no bias),
//   a = sigmoid(u),  out_c = a_c·x_c.
// Automatic k: t = ⌊|log2(C)/2 + 1/2|⌋, and t + 1 when t is even.

#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

int kernelSize(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("k_size");
    if (chosen > 0) {
        return chosen;
    }
    const int t = static_cast<int>(std::abs((std::log2(static_cast<double>(shape.channels)) + 1.0) / 2.0));
    return t % 2 == 1 ? t : t + 1;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int k = kernelSize(shape, params);
    return {{"conv.weight", {1, 1, k}, WeightInit::FanIn, k}};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (kernelSize(shape, params) % 2 == 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine", "ECA needs an odd kernel size, not %1; choose an odd number, or 0 to let the channels decide."),
            {std::to_string(kernelSize(shape, params))});
    }
    return {};
}

class EfficientChannel final : public AttentionModule {
public:
    explicit EfficientChannel(const Weights& weights) : m_kernel(weights.tensors.at("conv.weight")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto squeezed = ops::globalMean(x);
        steps.add("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(squeezed); });
        auto gate = ops::conv1d(squeezed, m_kernel);
        steps.add("neighbours", "u_c = Σ_t w_t · z_{c+t−(k−1)/2}", [&] { return ops::toTensor(gate); });
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("excite", "a = sigmoid(u)", [&] { return ops::toTensor(gate); });

        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out_c = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(gate));
        return result;
    }

private:
    Tensor m_kernel;
};

}  // namespace

const ModuleInfo& ecaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "eca",
        .title = "ECA",
        .longTitle = FOVEA_TEXT("engine", "Efficient channel attention"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks (Wang et al., CVPR 2020)",
        .arxiv = "1910.03151",
        .reference = "BangguWu/ECANet models/eca_module.py",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by the means of a few neighbouring channels."),
        .params = {{.key = "k_size",
                    .label = FOVEA_TEXT("engine", "Kernel size"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 63,
                    .help = FOVEA_TEXT(
                        "engine", "How many neighbouring channels count, an odd number; 0 lets the number of channels decide.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<EfficientChannel>(w);
        }};
    return kInfo;
}

}  // namespace fovea
