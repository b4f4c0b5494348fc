// Highway Networks (Srivastava et al., 2015), with convolutions:
//   H = relu(conv(x; transform.l)), T = sigmoid(conv(x; gate.l)), both k×k, C → C;  x ← T·H + (1 − T)·x, layer by layer.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

std::string layerName(const char* part, int layer) { return std::string(part) + "." + std::to_string(layer); }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    std::vector<WeightSpec> specs;
    for (int l = 0; l < params.integer("layers"); ++l) {
        for (const char* part : {"transform", "gate"}) {
            addConvolution(specs, layerName(part, l), shape.channels, shape.channels, true, params.integer("k"));
        }
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (params.integer("k") % 2 == 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine", "Highway needs an odd kernel size, not %1; what passes and what is added must fit."),
            {std::to_string(params.integer("k"))});
    }
    return checkWeightCount("Highway", weights(shape, params));
}

class Highway final : public AttentionModule {
public:
    Highway(const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_count(params.integer("layers")), m_padding(params.integer("k") / 2) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        FeatureMap x = input.features();
        Tensor gates({m_count, x.channels(), x.height(), x.width()});
        for (int l = 0; l < m_count; ++l) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            FeatureMap gate = convolution(x, "gate", l);
            ops::sigmoidInPlace(gate.data(), gate.size());
            steps.add("gate", "T = sigmoid(conv(x; gate))", [&] { return ops::toTensor(gate); });
            FeatureMap y = convolution(x, "transform", l);
            ops::reluInPlace(y.data(), y.size());
            steps.add("transform", "H = relu(conv(x; transform))", [&] { return ops::toTensor(y); });
            ops::blend(x, gate, y);
            steps.add("carry", "x = T · H + (1 − T) · x", [&] { return ops::toTensor(x); });
            std::copy_n(gate.data(), gate.size(), gates.values.data() + static_cast<std::size_t>(l) * gate.size());
        }
        AttentionOutput result;
        result.maps.push_back({.name = "gate",
                               .kind = FullMap{x.height(), x.width()},
                               .role = MapRole::Gate,
                               .title = FOVEA_TEXT("engine", "How much is transformed, layer by layer"),
                               .data = std::move(gates)});
        result.frames.push_back(std::move(x));
        return result;
    }

private:
    [[nodiscard]] FeatureMap convolution(const FeatureMap& x, const char* part, int layer) const {
        return m_layers.convolution(x, layerName(part, layer), {.padH = m_padding, .padW = m_padding});
    }

    Layers m_layers;
    int m_count;
    int m_padding;
};

}  // namespace

const ModuleInfo& highwayModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "highway",
        .title = "Highway",
        .longTitle = FOVEA_TEXT("engine", "Highway layer"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2015,
        .paper = "Training Very Deep Networks (Srivastava et al., NeurIPS 2015)",
        .arxiv = "1507.06228",
        .reference = "the paper's equation (3), with convolutions",
        .summary = FOVEA_TEXT("engine", "Decides for every value how much of it is transformed and how much passes unchanged."),
        .params = {{.key = "layers",
                    .label = FOVEA_TEXT("engine", "Layers"),
                    .type = ParamType::Int,
                    .fallback = 1,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "How many such layers follow each other.")},
                   {.key = "k",
                    .label = FOVEA_TEXT("engine", "Kernel size"),
                    .type = ParamType::Int,
                    .fallback = 3,
                    .min = 1,
                    .max = 31,
                    .help = FOVEA_TEXT("engine", "Cells along each side of the kernels; an odd number.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Highway>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
