// PSA: Polarized Self-Attention: Towards High-quality Pixel-wise Regression (Liu et al., 2021). Inner channels: C // 2.
//   Channel branch: q = softmax over N of w_q·x, ctx = V_r·x·qᵀ, m = sigmoid(up(ctx)), out_ch = m_c·x.
//     up is W·ctx (parallel) or W3·relu(LN(W0·ctx + b0)) + b3 with (C // 2) // 4 values (sequential).
//   Spatial branch: g = mean over N of Q_l·x, Th = V_l·x,
//     parallel: s = sigmoid(softmax over N of gᵀ·Th);  sequential: s = sigmoid(gᵀ·(softmax over N of every row of Th)).
//   parallel: out = m·x + s·x;  sequential: the spatial branch sees m·x, out = s·(m·x).
// Sums over positions are taken before the products with V_r and Q_l, which is the same and less work.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

bool sequential(const ParamSet& params) { return params.choice("mode") == "sequential"; }

int innerChannels(int channels) { return channels / 2; }
int squeezedChannels(int channels) { return innerChannels(channels) / 4; }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int inner = innerChannels(channels);
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv_q_right", 1, channels, false);
    addConvolution(specs, "conv_v_right", inner, channels, false);
    if (sequential(params)) {
        const int squeezed = squeezedChannels(channels);
        addConvolution(specs, "conv_up.0", squeezed, inner, true);
        specs.push_back({"conv_up.1.weight", {squeezed, 1, 1}, WeightInit::One});
        specs.push_back({"conv_up.1.bias", {squeezed, 1, 1}, WeightInit::Zero});
        addConvolution(specs, "conv_up.3", channels, squeezed, true);
    } else {
        addConvolution(specs, "conv_up", channels, inner, false);
    }
    addConvolution(specs, "conv_q_left", inner, channels, false);
    addConvolution(specs, "conv_v_left", inner, channels, false);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const int least = sequential(params) ? 8 : 2;
    if (shape.channels < least) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "PSA needs at least %1 channels in this mode, but these features have %2; choose features "
                                    "with more channels."),
                         {std::to_string(least), std::to_string(shape.channels)});
    }
    return {};
}

class Polarized final : public AttentionModule {
public:
    Polarized(const Weights& weights, bool sequential) : m_layers(weights), m_sequential(sequential) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto channel = channelGate(x, steps);
        FeatureMap y = ops::scaleChannels(x, channel);
        steps.add("refine", "out_ch = m_c · x", [&] { return ops::toTensor(y); });
        const FeatureMap spatial = spatialGate(m_sequential ? y : x, steps);
        if (m_sequential) {
            y = ops::scalePositions(y, spatial);
        } else {
            ops::add(y, ops::scalePositions(x, spatial));
        }
        steps.add("combine", m_sequential ? "out = s · out_ch" : "out = m_c · x + s · x", [&] { return ops::toTensor(y); });
        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), spatial));
        result.maps.push_back(channelGateMap(channel));
        return result;
    }

private:
    [[nodiscard]] ops::Vector channelGate(const FeatureMap& x, Steps& steps) const {
        FeatureMap query = m_layers.convolution(x, "conv_q_right");
        ops::softmax(query.data(), query.size(), query.size());
        steps.add("query", "q = softmax over N of w_q·x", [&] { return ops::toTensor(query, true); });
        auto gate = ops::linear(ops::weightedSums(x, query), m_layers.at("conv_v_right.weight"), {});
        steps.add("context", "ctx = V_r·(Σ_n q_n·x_n)", [&] { return ops::toTensor(gate); });
        if (m_sequential) {
            gate = ops::linear(gate, m_layers.at("conv_up.0.weight"), m_layers.at("conv_up.0.bias"));
            ops::layerNorm(gate, m_layers.at("conv_up.1.weight"), m_layers.at("conv_up.1.bias"));
            ops::reluInPlace(gate.data(), gate.size());
            gate = ops::linear(gate, m_layers.at("conv_up.3.weight"), m_layers.at("conv_up.3.bias"));
        } else {
            gate = ops::linear(gate, m_layers.at("conv_up.weight"), {});
        }
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("channel gate", m_sequential ? "m = sigmoid(W3·relu(LN(W0·ctx + b0)) + b3)" : "m = sigmoid(W·ctx)",
                  [&] { return ops::toTensor(gate); });
        return gate;
    }

    [[nodiscard]] FeatureMap spatialGate(const FeatureMap& x, Steps& steps) const {
        const auto g = ops::linear(ops::globalMean(x), m_layers.at("conv_q_left.weight"), {});
        steps.add("pooled query", "g = Q_l·(mean over N of x)", [&] { return ops::toTensor(g); });
        FeatureMap gate;
        if (m_sequential) {
            FeatureMap keys = m_layers.convolution(x, "conv_v_left");
            ops::softmax(keys.data(), keys.size(), static_cast<std::size_t>(keys.cells()));
            steps.add("keys", "Th = softmax over N of V_l·x", [&] { return ops::toTensor(keys); });
            gate = ops::conv2d(keys, rowTensor(g), {});
        } else {
            gate = ops::conv2d(x, rowTensor(ops::weightedRowSum(g, m_layers.at("conv_v_left.weight"))), {});
            ops::softmax(gate.data(), gate.size(), gate.size());
        }
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("spatial gate", m_sequential ? "s = sigmoid(gᵀ·Th)" : "s = sigmoid(softmax over N of gᵀ·V_l·x)",
                  [&] { return ops::toTensor(gate, true); });
        return gate;
    }

    /// [1×length], the weight of a convolution to one channel.
    static Tensor rowTensor(const ops::Vector& values) { return {{1, static_cast<std::int64_t>(values.size())}, values}; }

    Layers m_layers;
    bool m_sequential;
};

}  // namespace

const ModuleInfo& psaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "psa",
        .title = "PSA",
        .longTitle = FOVEA_TEXT("engine", "Polarized self-attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Self,
        .year = 2021,
        .paper = "Polarized Self-Attention: Towards High-quality Pixel-wise Regression (Liu et al., 2021)",
        .arxiv = "2107.00782",
        .reference = "DeLightCMU/PSA semantic-segmentation/network/PSA.py PSA_p and PSA_s",
        .summary =
            FOVEA_TEXT("engine", "Weighs channels by one query over all positions and positions by one query over channels."),
        .params = {{.key = "mode",
                    .label = FOVEA_TEXT("engine", "Order"),
                    .type = ParamType::Choice,
                    .fallback = std::string("parallel"),
                    .choices = {"parallel", "sequential"},
                    .help = FOVEA_TEXT("engine",
                                       "Whether both branches see the features or the spatial branch what the channel "
                                       "branch leaves.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Polarized>(w, sequential(params));
        }};
    return kInfo;
}

}  // namespace fovea
