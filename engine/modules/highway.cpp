// Highway Networks (Srivastava et al., 2015), eq. (3) as convolutions, layer by layer:
//   H = relu(conv(x) + b_H),  T = sigmoid(conv(x) + b_T),  x ← T·H + (1 − T)·x.

#include <Eigen/Core>

#include <algorithm>

#include "engine/attention/branches.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    std::vector<WeightSpec> specs;
    for (int l = 0; l < params.integer("layers"); ++l) {
        for (const std::string layer : {"transform.", "gate."}) {
            addConvolution(specs, layer + std::to_string(l), shape.channels, shape.channels, true, params.integer("k"));
        }
    }
    return specs;
}

Result<void> check(const InputShape&, const ParamSet& params) {
    if (params.integer("k") % 2 == 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "Highway mixes its output with its input, which an even kernel makes of another size; "
                                    "choose an odd one."));
    }
    return {};
}

class Highway final : public AttentionModule {
public:
    Highway(const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_padding(params.integer("k") / 2), m_count(params.integer("layers")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        FeatureMap x = input.features();
        Tensor gates(Shape{m_count, x.channels(), x.height(), x.width()});
        for (int l = 0; l < m_count; ++l) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            FeatureMap transformed = convolve(x, "transform." + std::to_string(l));
            ops::reluInPlace(transformed.data(), transformed.size());
            trace.stage("transform", "H = relu(conv(x))", [&] { return ops::toTensor(transformed); });
            FeatureMap gate = convolve(x, "gate." + std::to_string(l));
            ops::sigmoidInPlace(gate.data(), gate.size());
            trace.stage("gate", "T = sigmoid(conv(x))", [&] { return ops::toTensor(gate); });
            std::copy_n(gate.data(), gate.size(), gates.values.data() + static_cast<std::size_t>(l) * gate.size());
            const auto count = static_cast<Eigen::Index>(x.size());
            const Eigen::Map<const Eigen::ArrayXf> t(gate.data(), count);
            const Eigen::Map<const Eigen::ArrayXf> h(transformed.data(), count);
            Eigen::Map<Eigen::ArrayXf> carried(x.data(), count);
            carried = t * h + (1.0F - t) * carried;
            trace.stage("carry", "x ← T·H + (1 − T)·x", [&] { return ops::toTensor(x); });
        }
        AttentionOutput result;
        result.maps.push_back({.name = "gate",
                               .kind = MapKind::Full,
                               .role = MapRole::Gate,
                               .title = FOVEA_TEXT("engine", "Transform gate"),
                               .data = std::move(gates),
                               .gridHeight = x.height(),
                               .gridWidth = x.width()});
        result.frames.push_back(std::move(x));
        return result;
    }

private:
    [[nodiscard]] FeatureMap convolve(const FeatureMap& x, const std::string& layer) const {
        return m_layers.convolution(x, layer, {.padH = m_padding, .padW = m_padding});
    }

    Layers m_layers;
    int m_padding;
    int m_count;
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
        .reference = "eq. (3) of the paper",
        .summary =
            FOVEA_TEXT("engine", "Decides for each number of the features between a transformed value and the value itself."),
        .params = {kernelParam(),
                   {.key = "layers",
                    .label = FOVEA_TEXT("engine", "Layers"),
                    .type = ParamType::Int,
                    .fallback = 1,
                    .min = 1,
                    .max = 32,
                    .help = FOVEA_TEXT("engine", "How many times it is applied, each with weights of its own.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Highway>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
