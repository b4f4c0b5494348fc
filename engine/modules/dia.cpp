// DIANet: Dense-and-Implicit Attention Network (Huang et al., AAAI 2020), one step of the shared cell.
//   z_c = mean over H,W of x_c;  [i; f; g; o] = L2·relu(L1·z) + R2·relu(R1·h)  (biases; C → C // 4 → 4C);
//   c' = sigmoid(f)·c + sigmoid(i)·tanh(g),  h' = sigmoid(o)·sigmoid(c'),  out_c = h'_c·x_c.
// h and c are the state of the frame before, zeros at first. The second activation is a sigmoid, not the usual tanh.

#include <algorithm>
#include <cmath>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

constexpr int kBottleneck = 4;
constexpr int kGates = 4;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    const int hidden = channels / kBottleneck;
    std::vector<WeightSpec> specs;
    for (const std::string cell : {"lstm.w_ih.0.seq.", "lstm.w_hh.0.seq."}) {
        specs.insert(specs.end(), {{cell + "0.weight", {hidden, channels}, WeightInit::FanIn, channels},
                                   {cell + "0.bias", {hidden}, WeightInit::FanIn, channels},
                                   {cell + "2.weight", {kGates * channels, hidden}, WeightInit::FanIn, hidden},
                                   {cell + "2.bias", {kGates * channels}, WeightInit::FanIn, hidden}});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.channels < kBottleneck) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine",
                       "DIA needs at least 4 channels, but these features have %1; choose features with more channels."),
            {std::to_string(shape.channels)});
    }
    for (const char* name : {"hidden", "cell"}) {
        const auto it = shape.extras.find(name);
        if (it != shape.extras.end() && it->second != Shape{shape.channels}) {
            return makeError(
                ErrorCode::BadShape,
                FOVEA_TEXT("engine", "The tensor “%1” has the shape %2; DIA needs one number for each of %3 channels."),
                {name, shapeText(it->second), std::to_string(shape.channels)});
        }
    }
    return {};
}

class Dia final : public AttentionModule {
public:
    explicit Dia(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const auto squeezed = ops::globalMean(x);
        trace.stage("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(squeezed); });
        ops::Vector gates = bottleneck(squeezed, "lstm.w_ih.0.seq.");
        const auto fromState = bottleneck(state(input, "hidden"), "lstm.w_hh.0.seq.");
        std::transform(gates.begin(), gates.end(), fromState.begin(), gates.begin(), std::plus<>());
        trace.stage("gates", "[i; f; g; o] = L2·relu(L1·z) + R2·relu(R1·h)", [&] { return ops::toTensor(gates); });
        ops::Vector cell = state(input, "cell");
        ops::Vector hidden(cell.size());
        const std::size_t count = cell.size();
        for (std::size_t c = 0; c < count; ++c) {
            cell[c] = ops::sigmoid(gates[count + c]) * cell[c] + ops::sigmoid(gates[c]) * std::tanh(gates[2 * count + c]);
            hidden[c] = ops::sigmoid(gates[3 * count + c]) * ops::sigmoid(cell[c]);
        }
        trace.stage("cell", "c' = sigmoid(f)·c + sigmoid(i)·tanh(g)", [&] { return ops::toTensor(cell); });
        trace.stage("hidden", "h' = sigmoid(o)·sigmoid(c')", [&] { return ops::toTensor(hidden); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, hidden));
        trace.stage("scale", "out_c = h'_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.state = {{"hidden", ops::toTensor(hidden)}, {"cell", ops::toTensor(cell)}};
        result.maps.push_back(channelGateMap(std::move(hidden)));
        return result;
    }

private:
    static ops::Vector state(const ModuleInput& input, const std::string& name) {
        const auto it = input.extras.find(name);
        return it != input.extras.end() ? it->second->values
                                        : ops::Vector(static_cast<std::size_t>(input.features().channels()), 0.0F);
    }

    [[nodiscard]] ops::Vector bottleneck(const ops::Vector& v, const std::string& cell) const {
        auto hidden = ops::linear(v, m_layers.at(cell + "0.weight"), m_layers.at(cell + "0.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        return ops::linear(hidden, m_layers.at(cell + "2.weight"), m_layers.at(cell + "2.bias"));
    }

    Layers m_layers;
};

}  // namespace

const ModuleInfo& diaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "dia",
        .title = "DIA",
        .longTitle = FOVEA_TEXT("engine", "Dense-and-implicit attention"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "DIANet: Dense-and-Implicit Attention Network (Huang et al., AAAI 2020)",
        .arxiv = "1905.10671",
        .reference = "gbup-group/DIANet models/cifar/dia_resnet.py LSTMCell",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by a recurrent cell which remembers the frames before."),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Dia>(w);
        }};
    return kInfo;
}

}  // namespace fovea
