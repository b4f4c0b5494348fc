// SRM: A Style-based Recalibration Module for Convolutional Neural Networks (Lee et al., ICCV 2019).
//   μ_c = mean over H,W, σ_c = √(v_c + 1e-5) with the unbiased variance v_c,  z_c = w_c0·μ_c + w_c1·σ_c,
//   g = sigmoid(BN(z)),  out_c = g_c·x_c.
// The unbiased variance of one position is 0/0, which the reference turns into NaN; here it is an error.

#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    // The authors start cfc at zero; with random weights that would hide the mechanism.
    return {{"cfc", {channels, 2}, WeightInit::FanIn, 2},
            {"bn.weight", {channels}, WeightInit::One},
            {"bn.bias", {channels}, WeightInit::Zero},
            {"bn.running_mean", {channels}, WeightInit::Zero},
            {"bn.running_var", {channels}, WeightInit::One}};
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.height * shape.width < 2) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "SRM needs at least two positions; choose a smaller stride or a larger picture."));
    }
    return {};
}

class StyleRecalibration final : public AttentionModule {
public:
    explicit StyleRecalibration(const Weights& weights)
        : m_mix(weights.tensors.at("cfc")),
          m_scale(weights.tensors.at("bn.weight")),
          m_shift(weights.tensors.at("bn.bias")),
          m_mean(weights.tensors.at("bn.running_mean")),
          m_variance(weights.tensors.at("bn.running_var")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto mean = ops::globalMean(x);
        auto deviation = ops::globalVariance(x, true);
        for (float& v : deviation) {
            v = std::sqrt(v + 1e-5F);
        }
        steps.add("mean", "μ_c = mean over H,W of x_c", [&] { return ops::toTensor(mean); });
        steps.add("deviation", "σ_c = √(Σ (x − μ_c)² / (H·W − 1) + 1e-5)", [&] { return ops::toTensor(deviation); });

        FeatureMap style(x.channels(), 1, 1);
        for (int c = 0; c < x.channels(); ++c) {
            style.data()[c] = m_mix.values[2 * c] * mean[c] + m_mix.values[2 * c + 1] * deviation[c];
        }
        steps.add("mix", "z_c = w_c0 · μ_c + w_c1 · σ_c", [&] { return Tensor({x.channels()}, flat(style)); });
        ops::batchNorm(style, m_scale, m_shift, m_mean, m_variance);
        steps.add("normalise", "n = BN(z)", [&] { return Tensor({x.channels()}, flat(style)); });
        ops::Vector gate = flat(style);
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "g = sigmoid(n)", [&] { return ops::toTensor(gate); });

        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out_c = g_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(gate));
        return result;
    }

private:
    static ops::Vector flat(const FeatureMap& map) { return {map.data(), map.data() + map.size()}; }

    Tensor m_mix;
    Tensor m_scale;
    Tensor m_shift;
    Tensor m_mean;
    Tensor m_variance;
};

}  // namespace

const ModuleInfo& srmModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "srm",
        .title = "SRM",
        .longTitle = FOVEA_TEXT("engine", "Style-based recalibration"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "SRM: A Style-based Recalibration Module for Convolutional Neural Networks (Lee et al., ICCV 2019)",
        .arxiv = "1903.10829",
        .reference = "hyunjaelee410/style-based-recalibration-module models/recalibration_modules.py SRMLayer",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by its own mean and spread, its style."),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<StyleRecalibration>(w);
        }};
    return kInfo;
}

}  // namespace fovea
