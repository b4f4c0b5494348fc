// Attention U-Net: Learning Where to Look for the Pancreas (Oktay et al., MIDL 2018), with a coarser gating signal g.
//   θ = W_θ·x (sub×sub, stride sub, no padding, no bias), φ = W_φ·g + b_φ (1×1), resized bilinearly to the grid of θ;
//   a = sigmoid(w_ψ·relu(θ + φ) + b_ψ), resized bilinearly to the grid of x;  out = BN(W·(a·x) + b). There is no residual.
// The bilinear resizing does not align corners, and takes two taps also where it shrinks.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

constexpr const char* kGate = "gate";

int innerChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("inter");
    return chosen > 0 ? chosen : std::max(1, shape.channels / 2);
}

bool isMap(const Shape& shape) {
    return shape.size() == 3 && std::all_of(shape.begin(), shape.end(), [](auto extent) { return extent >= 1; });
}

int gateChannels(const InputShape& shape) {
    const auto it = shape.extras.find(kGate);
    return it != shape.extras.end() && isMap(it->second) ? static_cast<int>(it->second.front()) : shape.channels;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int inner = innerChannels(shape, params);
    std::vector<WeightSpec> specs;
    addConvolution(specs, "theta", inner, shape.channels, false, params.integer("sub"));
    addConvolution(specs, "phi", inner, gateChannels(shape), true);
    addConvolution(specs, "psi", 1, inner, true);
    addConvolution(specs, "W.0", shape.channels, shape.channels, true);
    addBatchNorm(specs, "W.1", shape.channels);
    return specs;
}

Error noGate() {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine",
                                "The attention gate needs a second feature map “gate” of the shape C×H×W beside the features; "
                                "add one."));
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const auto gate = shape.extras.find(kGate);
    if (gate == shape.extras.end() || !isMap(gate->second)) {
        return noGate();
    }
    const int sub = params.integer("sub");
    if (sub > shape.height || sub > shape.width) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "The attention gate cannot sub-sample %1 positions by %2; choose a sub-sampling of at most "
                                    "%3."),
                         {std::to_string(shape.height) + "×" + std::to_string(shape.width), std::to_string(sub),
                          std::to_string(std::min(shape.height, shape.width))});
    }
    return {};
}

class AttentionGate final : public AttentionModule {
public:
    AttentionGate(const Weights& weights, int sub) : m_layers(weights), m_sub(sub) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto it = input.extras.find(kGate);
        if (it == input.extras.end() || !isMap(it->second->shape) || it->second->dim(0) != m_layers.at("phi.weight").dim(1)) {
            return noGate();
        }
        const FeatureMap gate = coefficients(x, *it->second, steps);
        AttentionOutput result;
        result.frames.push_back(m_layers.normalized(ops::scalePositions(x, gate), "W.0", "W.1"));
        steps.add("output", "out = BN(W·(a·x) + b)", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), gate));
        return result;
    }

private:
    /// The gate 1×H×W.
    [[nodiscard]] FeatureMap coefficients(const FeatureMap& x, const Tensor& signal, Steps& steps) const {
        FeatureMap coarse(signal.dim(0), signal.dim(1), signal.dim(2));
        std::copy_n(signal.values.data(), coarse.size(), coarse.data());
        FeatureMap sum = m_layers.convolution(x, "theta", {.stride = m_sub});
        steps.add("theta", "θ = W_θ·x", [&] { return ops::toTensor(sum); });
        const FeatureMap phi = resized(m_layers.convolution(coarse, "phi"), sum);
        steps.add("phi", "φ = resize(W_φ·g + b_φ)", [&] { return ops::toTensor(phi); });
        ops::add(sum, phi);
        ops::reluInPlace(sum.data(), sum.size());
        FeatureMap gate = m_layers.convolution(sum, "psi");
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("coefficients", "a = sigmoid(w_ψ·relu(θ + φ) + b_ψ)", [&] { return ops::toTensor(gate, true); });
        return resized(gate, x);
    }

    static FeatureMap resized(const FeatureMap& map, const FeatureMap& like) {
        return ops::resize(map, like.height(), like.width(), ops::Interpolation::Bilinear);
    }

    Layers m_layers;
    int m_sub;
};

}  // namespace

const ModuleInfo& attention_gateModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "attention_gate",
        .title = "Attention gate",
        .longTitle = FOVEA_TEXT("engine", "Attention gate of the Attention U-Net"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Soft,
        .needs = {.gate = true},
        .year = 2018,
        .paper = "Attention U-Net: Learning Where to Look for the Pancreas (Oktay et al., MIDL 2018)",
        .arxiv = "1804.03999",
        .reference =
            "ozan-oktay/Attention-Gated-Networks models/layers/grid_attention_layer.py GridAttentionBlock2D "
            "(concatenation)",
        .summary = FOVEA_TEXT("engine", "Keeps the positions on which the features and a coarser feature map agree."),
        .params = {{.key = "inter",
                    .label = FOVEA_TEXT("engine", "Inner channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Channels in which both maps are compared; 0 takes half the channels.")},
                   {.key = "sub",
                    .label = FOVEA_TEXT("engine", "Sub-sampling"),
                    .type = ParamType::Int,
                    .fallback = 2,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "How many times coarser the grid of the comparison is.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<AttentionGate>(w, params.integer("sub"));
        }};
    return kInfo;
}

}  // namespace fovea
