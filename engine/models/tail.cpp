#include "engine/models/tail.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "engine/graph/executor.h"
#include "engine/graph/onnx_reader.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

using graph::Array;
using graph::ElementType;
using graph::Graph;
using graph::Node;
using graph::View;

const Node* makerOf(const Graph& graph, const std::string& value) {
    const auto it = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&value](const Node& node) {
        return std::find(node.outputs.begin(), node.outputs.end(), value) != node.outputs.end();
    });
    return it == graph.nodes.end() || it->inputs.empty() ? nullptr : &*it;
}

const Array* floats(const Graph& graph, const std::string& name) {
    const auto it = graph.constants.find(name);
    return it != graph.constants.end() && it->second.type() == ElementType::Float ? &it->second : nullptr;
}

/// The layer which makes `logits` from the mean of `feat` over all positions; null where the network ends in another way.
std::shared_ptr<const LinearLayer> findLinear(const Graph& graph, const std::string& logits, const std::string& feat) {
    const Node* gemm = makerOf(graph, logits);
    if (gemm == nullptr || gemm->op != "Gemm" || gemm->inputs.size() != 3 || gemm->integer("transA", 0) != 0 ||
        gemm->integer("transB", 0) != 1 || gemm->real("alpha", 1.0F) != 1.0F || gemm->real("beta", 1.0F) != 1.0F) {
        return nullptr;
    }
    const Node* flatten = makerOf(graph, gemm->inputs[0]);
    const Node* mean = flatten != nullptr && flatten->op == "Flatten" ? makerOf(graph, flatten->inputs[0]) : nullptr;
    const Array* weight = floats(graph, gemm->inputs[1]);
    const Array* bias = floats(graph, gemm->inputs[2]);
    if (mean == nullptr || mean->op != "GlobalAveragePool" || mean->inputs[0] != feat || weight == nullptr || bias == nullptr ||
        weight->shape().size() != 2 || bias->count() != static_cast<std::size_t>(weight->shape()[0])) {
        return nullptr;
    }
    auto layer = std::make_shared<LinearLayer>();
    layer->classes = static_cast<int>(weight->shape()[0]);
    layer->channels = static_cast<int>(weight->shape()[1]);
    layer->weight.assign(weight->data<float>(), weight->data<float>() + weight->count());
    layer->bias.assign(bias->data<float>(), bias->data<float>() + bias->count());
    return layer;
}

std::optional<std::size_t> outputIndex(const Graph& graph, const std::string& name) {
    const auto it =
        std::find_if(graph.outputs.begin(), graph.outputs.end(), [&name](const auto& port) { return port.name == name; });
    return it == graph.outputs.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - graph.outputs.begin()));
}

}  // namespace

struct Tail::State {
    std::shared_ptr<const Bundle> bundle;
    std::unique_ptr<graph::Executor> executor;
    std::shared_ptr<const LinearLayer> linear;
    std::size_t logits = 0;
    std::optional<std::size_t> feat;
};

Tail::Tail(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Tail::~Tail() = default;

Result<std::unique_ptr<Tail>> Tail::create(std::shared_ptr<const Bundle> bundle) {
    auto graph = graph::readOnnx(bundle->tailPath);
    if (!graph) {
        return graph.error();
    }
    auto state = std::make_unique<State>();
    const auto logits = outputIndex(*graph, bundle->logitsName);
    if (!logits || graph->inputs.size() != 1) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "%1 should have one input, and an output named “%2” as its manifest says."),
                         {graph->name, bundle->logitsName});
    }
    state->logits = *logits;
    state->feat = bundle->featName.empty() ? std::nullopt : outputIndex(*graph, bundle->featName);
    state->linear = state->feat ? findLinear(*graph, bundle->logitsName, bundle->featName) : nullptr;
    auto executor = graph::Executor::create(*std::move(graph));
    if (!executor) {
        return executor.error();
    }
    state->executor = *std::move(executor);
    state->bundle = std::move(bundle);
    return std::unique_ptr<Tail>(new Tail(std::move(state)));
}

Result<std::shared_ptr<const Prediction>> Tail::run(const FeatureMap& tap, const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    const Shape shape{1, tap.channels(), tap.height(), tap.width()};
    const View input{ElementType::Float, &shape, const_cast<float*>(tap.data()), tap.size()};
    auto outputs = m_state->executor->run({input}, stop);
    if (!outputs) {
        return outputs.error();
    }
    auto prediction = std::make_shared<Prediction>();
    const View& logits = (*outputs)[m_state->logits];
    if (logits.type != ElementType::Float || logits.count != m_state->bundle->classes.size()) {
        return makeError(
            ErrorCode::BadShape, FOVEA_TEXT("engine", "%1 gives %2 numbers for %3 classes; its manifest should fit."),
            {m_state->executor->graph().name, std::to_string(logits.count), std::to_string(m_state->bundle->classes.size())});
    }
    prediction->logits.assign(logits.data<float>(), logits.data<float>() + logits.count);
    if (!allFinite(prediction->logits.data(), prediction->logits.size())) {
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "The prediction of %1 is not finite; use other weights."),
                         {m_state->bundle->name});
    }
    if (m_state->linear && m_state->feat) {
        const View& feat = (*outputs)[*m_state->feat];
        if (feat.rank() == 4 && feat.dim(0) == 1 && feat.dim(1) == m_state->linear->channels && feat.count > 0) {
            prediction->features =
                FeatureMap(m_state->linear->channels, static_cast<int>(feat.dim(2)), static_cast<int>(feat.dim(3)));
            std::copy_n(feat.data<float>(), feat.count, prediction->features.data());
            prediction->linear = m_state->linear;
        }
    }
    prediction->milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return std::shared_ptr<const Prediction>(std::move(prediction));
}

Result<std::shared_ptr<const Prediction>> Tail::run(const FeatureMap& tap, const FeatureMap& output, TailInput how,
                                                    const std::stop_token& stop) {
    if (output.channels() != tap.channels() || output.height() != tap.height() || output.width() != tap.width()) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "The network goes on with %1×%2×%3 numbers; this mechanism gives %4×%5×%6."),
                         {std::to_string(tap.channels()), std::to_string(tap.height()), std::to_string(tap.width()),
                          std::to_string(output.channels()), std::to_string(output.height()), std::to_string(output.width())});
    }
    return run(tailInput(tap, output, how), stop);
}

FeatureMap tailInput(const FeatureMap& tap, const FeatureMap& output, TailInput how) {
    FeatureMap x = output;
    switch (how) {
        case TailInput::Replace:
            break;
        case TailInput::Add:
            ops::add(x, tap);
            break;
        case TailInput::Half:
            x = ops::scaleChannels(output, ops::Vector(static_cast<std::size_t>(output.channels()), 0.5F));
            break;
        case TailInput::Unshuffle:
            for (int c = 0; c < x.channels(); ++c) {
                const int from = c < x.channels() / 2 ? 2 * c : 2 * (c - x.channels() / 2) + 1;
                std::copy_n(output.row(from), x.cells(), x.row(c));
            }
            break;
    }
    return x;
}

}  // namespace fovea
