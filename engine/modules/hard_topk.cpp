// Generic hard selection: keep the k most salient positions, zero the rest.
//   s = mean_c |x_c| or √Σ_c x_c² or mean_c x_c,  k = max(1, ⌊ratio·N + 1e-9⌋),
//   out = x where s is among the k largest, else 0. Equal values: the lower row-major index comes first.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

/// One position's number per cell; sums run in double, the ranking sees the float which is shown.
FeatureMap saliencyOf(const FeatureMap& x, const std::string& rule) {
    using ops::Magnitude;
    const bool squared = rule == "l2";
    const auto totals = ops::positionMagnitudes(x, squared              ? Magnitude::Square
                                                   : rule == "mean_abs" ? Magnitude::Absolute
                                                                        : Magnitude::Value);
    FeatureMap saliency(1, x.height(), x.width());
    std::transform(totals.begin(), totals.end(), saliency.data(),
                   [&](double total) { return static_cast<float>(squared ? std::sqrt(total) : total / x.channels()); });
    return saliency;
}

FeatureMap largest(const FeatureMap& saliency, int count) {
    std::vector<int> order(saliency.cells());
    std::iota(order.begin(), order.end(), 0);
    const float* s = saliency.data();
    std::nth_element(order.begin(), order.begin() + (count - 1), order.end(),
                     [s](int a, int b) { return s[a] != s[b] ? s[a] > s[b] : a < b; });
    FeatureMap mask(1, saliency.height(), saliency.width());
    for (int k = 0; k < count; ++k) {
        mask.data()[order[k]] = 1.0F;
    }
    return mask;
}

class HardTopK final : public AttentionModule {
public:
    HardTopK(double ratio, std::string rule) : m_ratio(ratio), m_rule(std::move(rule)) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        if (!x.allFinite()) {
            // NaN has no place in an order.
            return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "Top-k cannot rank features which are not finite."));
        }
        const FeatureMap saliency = saliencyOf(x, m_rule);
        steps.add("saliency", "s = mean_c |x_c|, √Σ x_c² or mean_c x_c", [&] { return ops::toTensor(saliency, true); });
        const int count = std::clamp(static_cast<int>(std::floor(m_ratio * x.cells() + 1e-9)), 1, x.cells());
        const FeatureMap mask = largest(saliency, count);
        steps.add("select", "m = 1 for the k largest s, k = max(1, ⌊ratio·N⌋)", [&] { return ops::toTensor(mask, true); });

        AttentionOutput result;
        result.frames.push_back(ops::scalePositions(x, mask));
        steps.add("mask", "out = m · x", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(spatialMap("spatial", MapRole::Mask, FOVEA_TEXT("engine", "Selected positions"), mask));
        result.maps.push_back(spatialMap("saliency", MapRole::Saliency, FOVEA_TEXT("engine", "Saliency"), saliency));
        return result;
    }

private:
    double m_ratio;
    std::string m_rule;
};

}  // namespace

const ModuleInfo& hard_topkModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "hard_topk",
        .title = "Hard top-k",
        .longTitle = FOVEA_TEXT("engine", "Hard top-k selection of positions"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Hard,
        .year = 2019,
        .paper = "Generic hard selection; compare Saccader (Elsayed et al., NeurIPS 2019)",
        .reference = "generic hard selection, no single reference",
        .summary = FOVEA_TEXT("engine", "Keeps the most salient positions and sets all others to zero; nothing is learned."),
        .params = {{.key = "ratio",
                    .label = FOVEA_TEXT("engine", "Share kept"),
                    .type = ParamType::Real,
                    .fallback = 0.25,
                    .min = 0.0,
                    .max = 1.0,
                    .help = FOVEA_TEXT("engine", "Fraction of the positions which is kept; at least one always is.")},
                   {.key = "saliency",
                    .label = FOVEA_TEXT("engine", "Saliency"),
                    .type = ParamType::Choice,
                    .fallback = std::string("mean_abs"),
                    .choices = {"mean_abs", "l2", "mean"},
                    .help = FOVEA_TEXT(
                        "engine", "What ranks the positions: mean of absolute values, length of the vector, or plain mean.")}},
        .create = [](const InputShape&, const ParamSet& params, const Weights&) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<HardTopK>(params.real("ratio"), params.choice("saliency"));
        }};
    return kInfo;
}

}  // namespace fovea
