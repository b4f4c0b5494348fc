// SimAM: A Simple, Parameter-Free Attention Module (Yang et al., ICML 2021).
// Per channel, with n = H·W − 1, d = (x − mean)², v = Σd / n:
//   e = d / (4·(v + λ)) + 1/2,  A = sigmoid(e),  out = A·x.
// v divides by N − 1 and is 0/0 for a single position; every A is at least sigmoid(1/2) ≈ 0.6225.

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/standardize.h"

namespace fovea {
namespace {

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.height * shape.width < 2) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine", "SimAM needs at least two positions; choose a smaller stride or a larger picture."));
    }
    return {};
}

class Simam final : public AttentionModule {
public:
    explicit Simam(float lambda) : m_lambda(lambda) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto mean = ops::globalMean(x);
        const auto variance = ops::globalVariance(x, true);
        steps.add("mean", "μ_c = mean over H,W of x_c", [&] { return ops::toTensor(mean); });
        steps.add("variance", "v_c = Σ (x − μ_c)² / (H·W − 1)", [&] { return ops::toTensor(variance); });

        ops::Vector divisors = variance;
        for (float& v : divisors) {
            v = 4.0F * (v + m_lambda);
        }
        FeatureMap attention = ops::squaredDistances(x, mean, divisors, 0.5F);
        steps.add("energy", "e = (x − μ_c)² / (4·(v_c + λ)) + 1/2", [&] { return ops::toTensor(attention); });
        ops::sigmoidInPlace(attention.data(), attention.size());

        AttentionOutput result;
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Energy gate"), attention));
        result.frames.push_back(ops::multiply(x, attention));
        return result;
    }

private:
    float m_lambda;
};

}  // namespace

const ModuleInfo& simamModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "simam",
        .title = "SimAM",
        .longTitle = FOVEA_TEXT("engine", "Parameter-free energy attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "SimAM: A Simple, Parameter-Free Attention Module (Yang et al., ICML 2021)",
        .reference = "ZjjConan/SimAM networks/attentions/simam_module.py",
        .summary = FOVEA_TEXT("engine", "Weighs every value by how far it stands out from its channel; nothing is learned."),
        .params = {{.key = "e_lambda",
                    .label = FOVEA_TEXT("engine", "Regulariser λ"),
                    .type = ParamType::Real,
                    .fallback = 1e-4,
                    .min = 1e-8,
                    .max = 10.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "Added to each channel's variance; a large value flattens the map.")}},
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights&) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Simam>(static_cast<float>(params.real("e_lambda")));
        }};
    return kInfo;
}

}  // namespace fovea
