// Gated Channel Transformation for Visual Recognition (Yang et al., CVPR 2020).
//   l2: e_c = α_c·√(Σ x_c² + ε),  n_c = γ_c / √(mean_c e² + ε)
//   l1: e_c = α_c·Σ |x_c|,        n_c = γ_c / (mean_c |e| + ε); after a relu the magnitude is x itself
//   g_c = 1 + tanh(e_c·n_c + β_c),  out = g_c·x_c. The sums run over H,W.

#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

using Values = std::vector<double>;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const Shape perChannel{1, shape.channels, 1, 1};
    // Zero in the reference at the start of training; with random weights that would hide the mechanism.
    return {{"alpha", perChannel, WeightInit::One},
            {"gamma", perChannel, WeightInit::FanIn, 1},
            {"beta", perChannel, WeightInit::Zero}};
}

Tensor tensorOf(const Values& values) {
    return {{static_cast<std::int64_t>(values.size())}, std::vector<float>(values.begin(), values.end())};
}

class GatedChannels final : public AttentionModule {
public:
    GatedChannels(const Weights& weights, const ParamSet& params)
        : m_alpha(weights.tensors.at("alpha").values),
          m_gamma(weights.tensors.at("gamma").values),
          m_beta(weights.tensors.at("beta").values),
          m_epsilon(params.real("epsilon")),
          m_squares(params.choice("mode") == "l2"),
          m_afterRelu(params.boolean("after_relu")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const Values embedding = embed(x);
        steps.add("embed",
                  m_squares     ? "e_c = α_c · √(Σ x_c² + ε)"
                  : m_afterRelu ? "e_c = α_c · Σ x_c"
                                : "e_c = α_c · Σ |x_c|",
                  [&] { return tensorOf(embedding); });
        const double norm = normOf(embedding);
        ops::Vector gate(embedding.size());
        for (std::size_t c = 0; c < gate.size(); ++c) {
            gate[c] = static_cast<float>(1.0 + std::tanh(embedding[c] * m_gamma[c] / norm + m_beta[c]));
        }
        steps.add("normalise", m_squares ? "norm = √(mean_c e² + ε)" : "norm = mean_c |e| + ε", [&] { return tensorOf({norm}); });
        steps.add("gate", "g_c = 1 + tanh(e_c · γ_c / norm + β_c)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out = g_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] Values embed(const FeatureMap& x) const {
        using ops::Magnitude;
        Values e = ops::channelMagnitudes(x, m_squares     ? Magnitude::Square
                                             : m_afterRelu ? Magnitude::Value
                                                           : Magnitude::Absolute);
        for (std::size_t c = 0; c < e.size(); ++c) {
            e[c] = m_alpha[c] * (m_squares ? std::sqrt(e[c] + m_epsilon) : e[c]);
        }
        return e;
    }

    [[nodiscard]] double normOf(const Values& embedding) const {
        double total = 0.0;
        for (const double e : embedding) {
            total += m_squares ? e * e : std::abs(e);
        }
        const double mean = total / static_cast<double>(embedding.size());
        return m_squares ? std::sqrt(mean + m_epsilon) : mean + m_epsilon;
    }

    std::vector<float> m_alpha;
    std::vector<float> m_gamma;
    std::vector<float> m_beta;
    double m_epsilon;
    bool m_squares;
    bool m_afterRelu;
};

}  // namespace

const ModuleInfo& gctModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "gct",
        .title = "GCT",
        .longTitle = FOVEA_TEXT("engine", "Gated channel transformation"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "Gated Channel Transformation for Visual Recognition (Yang et al., CVPR 2020)",
        .arxiv = "1909.11519",
        .reference = "z-x-yang/GCT PyTorch/GCT.py",
        .summary = FOVEA_TEXT("engine", "Lets channels compete or cooperate by their strength, with three numbers per channel."),
        .params = {{.key = "mode",
                    .label = FOVEA_TEXT("engine", "Norm"),
                    .type = ParamType::Choice,
                    .fallback = std::string("l2"),
                    .choices = {"l2", "l1"},
                    .help = FOVEA_TEXT("engine", "How the strength of a channel is measured.")},
                   {.key = "epsilon",
                    .label = FOVEA_TEXT("engine", "Epsilon"),
                    .type = ParamType::Real,
                    .fallback = 1e-5,
                    .min = 1e-12,
                    .max = 1.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "Keeps the norm of silent features away from zero.")},
                   {.key = "after_relu",
                    .label = FOVEA_TEXT("engine", "After a relu"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine",
                                       "Whether the features are known to be positive, so that l1 adds them as they are.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<GatedChannels>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
