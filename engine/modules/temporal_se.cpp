// Squeeze-and-Excitation Networks (Hu et al., CVPR 2018), with the frames of a clip in the role of the channels:
//   z_t = mean over C,H,W of x_t,  a = sigmoid(W2·relu(W1·z + b1) + b2),  out_t = a_t·x_t.
// The hidden layer has max(1, T // reduction) units.

#include <algorithm>

#include <numeric>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int frames = shape.frames;
    const int hidden = std::max(1, frames / params.integer("reduction"));
    return {{"fc1.weight", {hidden, frames}, WeightInit::FanIn, frames},
            {"fc1.bias", {hidden}, WeightInit::FanIn, frames},
            {"fc2.weight", {frames, hidden}, WeightInit::FanIn, hidden},
            {"fc2.bias", {frames}, WeightInit::FanIn, hidden}};
}

class TemporalSqueeze final : public AttentionModule {
public:
    explicit TemporalSqueeze(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        ops::Vector squeezed;
        for (const FeatureMap* frame : input.frames) {
            const auto means = ops::globalMean(*frame);  // of equally many positions each
            const double total = std::accumulate(means.begin(), means.end(), 0.0);
            squeezed.push_back(static_cast<float>(total / static_cast<double>(means.size())));
        }
        steps.add("squeeze", "z_t = mean over C,H,W of x_t", [&] { return ops::toTensor(squeezed); });
        auto hidden = ops::linear(squeezed, m_weights.at("fc1.weight"), m_weights.at("fc1.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("reduce", "h = relu(W1·z + b1)", [&] { return ops::toTensor(hidden); });
        auto gate = ops::linear(hidden, m_weights.at("fc2.weight"), m_weights.at("fc2.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("excite", "a = sigmoid(W2·h + b2)", [&] { return ops::toTensor(gate); });

        AttentionOutput result;
        for (std::size_t t = 0; t < gate.size(); ++t) {
            const FeatureMap& x = *input.frames[t];
            result.frames.push_back(ops::scaleChannels(x, ops::Vector(x.channels(), gate[t])));
        }
        steps.add("scale", "out_t = a_t · x_t", [&] { return ops::toTensor(result.frames); });
        result.maps.push_back(temporalMap(MapRole::Gate, FOVEA_TEXT("engine", "Frame gate"), ops::toTensor(gate)));
        return result;
    }

private:
    std::map<std::string, Tensor> m_weights;
};

}  // namespace

const ModuleInfo& temporal_seModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "temporal_se",
        .title = "Temporal SE",
        .longTitle = FOVEA_TEXT("engine", "Squeeze-and-excitation over time"),
        .domain = Domain::Temporal,
        .kind = AttentionKind::Soft,
        .needs = {.clip = true},
        .year = 2018,
        .paper = "Squeeze-and-Excitation Networks (Hu et al., CVPR 2018), applied to the frames",
        .arxiv = "1709.01507",
        .reference = "SE equations with the frames in the role of the channels",
        .summary = FOVEA_TEXT("engine", "Weighs whole frames by what all frames of the clip contain on average."),
        .params = {{.key = "reduction",
                    .label = FOVEA_TEXT("engine", "Reduction"),
                    .type = ParamType::Int,
                    .fallback = 2,
                    .min = 1,
                    .max = 32,
                    .help = FOVEA_TEXT("engine", "How many times fewer units than frames the hidden layer has.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<TemporalSqueeze>(w);
        }};
    return kInfo;
}

}  // namespace fovea
