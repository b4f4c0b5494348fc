// Concurrent Spatial and Channel Squeeze & Excitation in Fully Convolutional Networks (Roy et al., MICCAI 2018).
//   cSE: a = sigmoid(W2·relu(W1·mean(x) + b1) + b2), W1 has C // r rows;  sSE: s_ij = sigmoid(w·x_ij + b).
//   out = max(a_c·x, s_ij·x) in the authors' code, a_c·x + s_ij·x in the paper.
// The maximum is that of the products: of a negative value the smaller gate wins.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/broadcast.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int hidden = channels / params.integer("reduction");
    std::vector<WeightSpec> specs{{"cSE.fc1.weight", {hidden, channels}, WeightInit::FanIn, channels},
                                  {"cSE.fc1.bias", {hidden}, WeightInit::FanIn, channels},
                                  {"cSE.fc2.weight", {channels, hidden}, WeightInit::FanIn, hidden},
                                  {"cSE.fc2.bias", {channels}, WeightInit::FanIn, hidden}};
    addConvolution(specs, "sSE.conv", 1, channels, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) { return checkReduction("scSE", shape.channels, params); }

class ScSe final : public AttentionModule {
public:
    ScSe(const Weights& weights, bool adds) : m_layers(weights), m_adds(adds) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto channel = channelGate(x, steps);
        FeatureMap spatial = m_layers.convolution(x, "sSE.conv");
        ops::sigmoidInPlace(spatial.data(), spatial.size());
        steps.add("spatial gate", "s = sigmoid(w·x + b)", [&] { return ops::toTensor(spatial, true); });
        FeatureMap y = m_adds ? ops::scaleBySum(x, channel, spatial) : ops::scaleByLarger(x, channel, spatial);
        steps.add("combine", m_adds ? "out = a_c·x + s·x" : "out = max(a_c·x, s·x)", [&] { return ops::toTensor(y); });
        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), spatial));
        result.maps.push_back(channelGateMap(channel));
        return result;
    }

private:
    [[nodiscard]] ops::Vector channelGate(const FeatureMap& x, Steps& steps) const {
        const auto squeezed = ops::globalMean(x);
        steps.add("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(squeezed); });
        auto hidden = ops::linear(squeezed, m_layers.at("cSE.fc1.weight"), m_layers.at("cSE.fc1.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        auto gate = ops::linear(hidden, m_layers.at("cSE.fc2.weight"), m_layers.at("cSE.fc2.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("channel gate", "a = sigmoid(W2·relu(W1·z + b1) + b2)", [&] { return ops::toTensor(gate); });
        return gate;
    }

    Layers m_layers;
    bool m_adds;
};

}  // namespace

const ModuleInfo& scseModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "scse",
        .title = "scSE",
        .longTitle = FOVEA_TEXT("engine", "Concurrent spatial and channel squeeze-and-excitation"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "Concurrent Spatial and Channel Squeeze & Excitation in Fully Convolutional Networks (Roy et al., MICCAI 2018)",
        .arxiv = "1803.02579",
        .reference = "ai-med/squeeze_and_excitation squeeze_and_excitation.py",
        .summary = FOVEA_TEXT("engine", "Weighs the channels and the positions side by side and joins both results."),
        .params = {reductionParam(2),
                   {.key = "combine",
                    .label = FOVEA_TEXT("engine", "Combination"),
                    .type = ParamType::Choice,
                    .fallback = std::string("max"),
                    .choices = {"max", "add"},
                    .help = FOVEA_TEXT("engine",
                                       "Whether the larger of both results counts, as in the authors' code, or their sum, as in "
                                       "the paper.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<ScSe>(w, params.choice("combine") == "add");
        }};
    return kInfo;
}

}  // namespace fovea
