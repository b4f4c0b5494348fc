// GCT: Gated Channel Transformation (Yang et al., CVPR 2020).
//   l2: e_c = α_c·√(Σ x_c² + ε),  n_c = γ_c / √(mean_c e² + ε);   l1: e_c = α_c·Σ |x_c|,  n_c = γ_c / (mean_c |e| + ε);
//   gate_c = 1 + tanh(e_c·n_c + β_c),  out_c = gate_c·x_c.
// Sums over space, means over channels. l1 leaves the absolute value out after a ReLU.

#include <cmath>

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    // γ starts at 0 in the reference, which leaves everything as it is; random weights take 1.
    const Shape perChannel{1, shape.channels, 1, 1};
    return {
        {"alpha", perChannel, WeightInit::One}, {"gamma", perChannel, WeightInit::One}, {"beta", perChannel, WeightInit::Zero}};
}

class Gct final : public AttentionModule {
public:
    Gct(const Weights& weights, const ParamSet& params)
        : m_alpha(weights.tensors.at("alpha").values),
          m_gamma(weights.tensors.at("gamma").values),
          m_beta(weights.tensors.at("beta").values),
          m_l2(params.choice("mode") == "l2"),
          m_afterRelu(params.boolean("after_relu")),
          m_epsilon(params.real("epsilon")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const auto embedding = embed(x);
        trace.stage("embedding", m_l2 ? "e_c = α_c · √(Σ x_c² + ε)" : "e_c = α_c · Σ |x_c|", [&] {
            return Tensor({x.channels()}, {embedding.begin(), embedding.end()});
        });
        const double norm = normOf(embedding);
        ops::Vector gate(embedding.size());
        for (std::size_t c = 0; c < gate.size(); ++c) {
            gate[c] = static_cast<float>(1.0 + std::tanh(embedding[c] * m_gamma[c] / norm + m_beta[c]));
        }
        trace.stage("gate", "gate_c = 1 + tanh(e_c · γ_c / norm + β_c)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        trace.stage("scale", "out_c = gate_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] std::vector<double> embed(const FeatureMap& x) const {
        std::vector<double> embedding;
        for (int c = 0; c < x.channels(); ++c) {
            const float* row = x.row(c);
            double sum = 0.0;
            for (int n = 0; n < x.cells(); ++n) {
                const double v = row[n];
                sum += m_l2 ? v * v : m_afterRelu ? v : std::abs(v);
            }
            embedding.push_back((m_l2 ? std::sqrt(sum + m_epsilon) : sum) * m_alpha[static_cast<std::size_t>(c)]);
        }
        return embedding;
    }

    [[nodiscard]] double normOf(const std::vector<double>& embedding) const {
        double sum = 0.0;
        for (const double e : embedding) {
            sum += m_l2 ? e * e : std::abs(e);
        }
        const double mean = sum / static_cast<double>(embedding.size());
        return m_l2 ? std::sqrt(mean + m_epsilon) : mean + m_epsilon;
    }

    ops::Vector m_alpha;
    ops::Vector m_gamma;
    ops::Vector m_beta;
    bool m_l2;
    bool m_afterRelu;
    double m_epsilon;
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
        .summary = FOVEA_TEXT("engine", "Lets channels compete or cooperate by the strength of each compared with all."),
        .params = {{.key = "mode",
                    .label = FOVEA_TEXT("engine", "Norm"),
                    .type = ParamType::Choice,
                    .fallback = std::string("l2"),
                    .choices = {"l2", "l1"},
                    .help =
                        FOVEA_TEXT("engine", "How the strength of a channel is measured: root of squares or absolute values.")},
                   {.key = "epsilon",
                    .label = FOVEA_TEXT("engine", "Epsilon"),
                    .type = ParamType::Real,
                    .fallback = 1e-5,
                    .min = 1e-12,
                    .max = 1.0,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "Keeps the norms above zero.")},
                   {.key = "after_relu",
                    .label = FOVEA_TEXT("engine", "After a ReLU"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "The features are known to be non-negative, so l1 takes no absolute values.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Gct>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
