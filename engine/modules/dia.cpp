// DIANet: Dense-and-Implicit Attention Network (Huang et al., AAAI 2020): one LSTM shared by the blocks of a network.
//   z = mean over H,W of x;  [i; f; g; o] = L2·relu(L1·z + b) + b + R2·relu(R1·h + b) + b, four runs of C numbers;
//   c' = sigmoid(f)·c + sigmoid(i)·tanh(g),  h' = sigmoid(o)·sigmoid(c') (a sigmoid, not tanh),  out = h'_c·x_c.
// h and c are the state before, zeros at first. In a stream each frame is the next block: its h' and c' go to the frame after.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

constexpr int kReduction = 4;
constexpr const char* kHidden = "hidden";
constexpr const char* kCell = "cell";
constexpr const char* kInputPart = "lstm.w_ih.0.seq.";
constexpr const char* kStatePart = "lstm.w_hh.0.seq.";

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    const int hidden = channels / kReduction;
    std::vector<WeightSpec> specs;
    for (const std::string part : {kInputPart, kStatePart}) {
        specs.insert(specs.end(), {{part + "0.weight", {hidden, channels}, WeightInit::FanIn, channels},
                                   {part + "0.bias", {hidden}, WeightInit::FanIn, channels},
                                   {part + "2.weight", {4 * channels, hidden}, WeightInit::FanIn, hidden},
                                   {part + "2.bias", {4 * channels}, WeightInit::FanIn, hidden}});
    }
    return specs;
}

Error misshapenState(const std::string& name, const Shape& shape, int channels) {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine", "DIA's state “%1” has the shape %2; it needs one number for each of the %3 channels."),
                     {name, shapeText(shape), std::to_string(channels)});
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.channels < kReduction) {
        return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "DIA needs at least %1 channels, but these features have %2."),
                         {std::to_string(kReduction), std::to_string(shape.channels)});
    }
    for (const char* name : {kHidden, kCell}) {
        const auto it = shape.extras.find(name);
        if (it != shape.extras.end() && it->second != Shape{shape.channels}) {
            return misshapenState(name, it->second, shape.channels);
        }
    }
    return {};
}

double sigmoid(double v) { return 1.0 / (1.0 + std::exp(-v)); }

class DenseImplicit final : public AttentionModule {
public:
    explicit DenseImplicit(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        for (const char* name : {kHidden, kCell}) {
            const auto it = input.extras.find(name);
            if (it != input.extras.end() && it->second->shape != Shape{x.channels()}) {
                return misshapenState(name, it->second->shape, x.channels());
            }
        }
        auto hidden = stateOf(input, kHidden);
        auto cell = stateOf(input, kCell);
        const auto squeezed = ops::globalMean(x);
        steps.add("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(squeezed); });
        auto gates = layers(squeezed, kInputPart);
        const auto remembered = layers(hidden, kStatePart);
        std::transform(gates.begin(), gates.end(), remembered.begin(), gates.begin(), std::plus<>());
        steps.add("gates", "[i; f; g; o] = L2·relu(L1·z) + R2·relu(R1·h), with biases", [&] { return ops::toTensor(gates); });
        step(gates, hidden, cell);
        steps.add("cell", "c' = sigmoid(f) · c + sigmoid(i) · tanh(g)", [&] { return ops::toTensor(cell); });
        steps.add("hidden", "h' = sigmoid(o) · sigmoid(c')", [&] { return ops::toTensor(hidden); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, hidden));
        steps.add("scale", "out = h'_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.state[kHidden] = ops::toTensor(hidden);
        result.state[kCell] = ops::toTensor(cell);
        result.maps.push_back(channelGateMap(std::move(hidden)));
        return result;
    }

private:
    static ops::Vector stateOf(const ModuleInput& input, const char* name) {
        const auto it = input.extras.find(name);
        return it == input.extras.end() ? ops::Vector(input.features().channels(), 0.0F) : it->second->values;
    }

    [[nodiscard]] ops::Vector layers(const ops::Vector& values, const std::string& part) const {
        auto inner = ops::linear(values, m_weights.at(part + "0.weight"), m_weights.at(part + "0.bias"));
        ops::reluInPlace(inner.data(), inner.size());
        return ops::linear(inner, m_weights.at(part + "2.weight"), m_weights.at(part + "2.bias"));
    }

    static void step(const ops::Vector& gates, ops::Vector& hidden, ops::Vector& cell) {
        const std::size_t count = cell.size();
        for (std::size_t c = 0; c < count; ++c) {
            const double in = sigmoid(gates[c]);
            const double forget = sigmoid(gates[count + c]);
            const double candidate = std::tanh(static_cast<double>(gates[2 * count + c]));
            const double next = forget * cell[c] + in * candidate;
            cell[c] = static_cast<float>(next);
            hidden[c] = static_cast<float>(sigmoid(gates[3 * count + c]) * sigmoid(next));
        }
    }

    std::map<std::string, Tensor> m_weights;
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
        .summary =
            FOVEA_TEXT("engine", "Weighs channels by a memory which is handed on from block to block, here from frame to frame."),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DenseImplicit>(w);
        }};
    return kInfo;
}

}  // namespace fovea
