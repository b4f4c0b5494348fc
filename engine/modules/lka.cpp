// LKA: Large Kernel Attention of the Visual Attention Network (Guo et al., 2022).
//   A = W1·(7×7 depthwise, dilation 3, of (5×5 depthwise of u)), all with biases and without activation;  LKA(u) = A·u.
//   wrap false: out = LKA(x).  wrap true: u = GELU(P1·x + b1),  out = P2·LKA(u) + b2 + x.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

constexpr int kNear = 5;
constexpr int kFar = 7;
constexpr int kDilation = 3;

std::string prefixOf(bool wrapped) { return wrapped ? "spatial_gating_unit." : ""; }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const bool wrapped = params.boolean("wrap");
    const std::string prefix = prefixOf(wrapped);
    std::vector<WeightSpec> specs;
    addConvolution(specs, prefix + "conv0", channels, 1, true, kNear);
    addConvolution(specs, prefix + "conv_spatial", channels, 1, true, kFar);
    addConvolution(specs, prefix + "conv1", channels, channels, true);
    if (wrapped) {
        addConvolution(specs, "proj_1", channels, channels, true);
        addConvolution(specs, "proj_2", channels, channels, true);
    }
    return specs;
}

class LargeKernel final : public AttentionModule {
public:
    LargeKernel(const Weights& weights, bool wrapped) : m_layers(weights), m_wrapped(wrapped), m_prefix(prefixOf(wrapped)) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap u;
        if (m_wrapped) {
            u = m_layers.convolution(x, "proj_1");
            ops::geluInPlace(u.data(), u.size());
            steps.add("project", "u = GELU(P1·x + b1)", [&] { return ops::toTensor(u); });
        }
        const FeatureMap& attended = m_wrapped ? u : x;
        const FeatureMap gate = attention(attended, steps);
        FeatureMap y = ops::multiply(attended, gate);
        steps.add("scale", m_wrapped ? "v = A · u" : "out = A · x", [&] { return ops::toTensor(y); });
        if (m_wrapped) {
            y = m_layers.convolution(y, "proj_2");
            ops::add(y, x);
            steps.add("residual", "out = P2·v + b2 + x", [&] { return ops::toTensor(y); });
        }
        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Large-kernel factors"), gate));
        return result;
    }

private:
    [[nodiscard]] FeatureMap attention(const FeatureMap& u, Steps& steps) const {
        const int reach = kDilation * (kFar / 2);
        FeatureMap y =
            m_layers.convolution(u, m_prefix + "conv0", {.padH = kNear / 2, .padW = kNear / 2, .groups = u.channels()});
        steps.add("near", "a = depthwise conv5×5(u)", [&] { return ops::toTensor(y); });
        y = m_layers.convolution(y, m_prefix + "conv_spatial",
                                 {.padH = reach, .padW = reach, .dilation = kDilation, .groups = u.channels()});
        steps.add("far", "a = depthwise conv7×7, dilation 3, of a", [&] { return ops::toTensor(y); });
        y = m_layers.convolution(y, m_prefix + "conv1");
        steps.add("mix", "A = W1·a + b1", [&] { return ops::toTensor(y); });
        return y;
    }

    Layers m_layers;
    bool m_wrapped;
    std::string m_prefix;
};

}  // namespace

const ModuleInfo& lkaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "lka",
        .title = "LKA",
        .longTitle = FOVEA_TEXT("engine", "Large kernel attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2022,
        .paper = "Visual Attention Network (Guo et al., 2022)",
        .arxiv = "2202.09741",
        .reference = "Visual-Attention-Network/VAN-Classification models/van.py LKA and Attention",
        .summary =
            FOVEA_TEXT("engine", "Multiplies every value by a sum over a wide neighbourhood, composed of two small kernels."),
        .params = {{.key = "wrap",
                    .label = FOVEA_TEXT("engine", "Whole block"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Adds the projections and the residual which surround it in the network.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<LargeKernel>(w, params.boolean("wrap"));
        }};
    return kInfo;
}

}  // namespace fovea
