#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/graph/passes/passes.h"

namespace fovea::graph {
namespace {

/// Who makes and who reads every value of a graph; positions in its list of nodes.
class Uses {
public:
    Uses(const Graph& graph, const std::set<std::string>& keep) {
        for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
            for (const auto& input : graph.nodes[k].inputs) {
                m_readers[input].push_back(k);
            }
        }
        for (const auto& output : graph.outputs) {
            m_lasting.insert(output.name);
        }
        m_lasting.insert(keep.begin(), keep.end());
    }

    /// The nodes that read a value, each once per input; nothing when somebody outside of the graph looks at it, too.
    [[nodiscard]] std::vector<std::size_t> readers(const std::string& value) const {
        const auto it = m_readers.find(value);
        return it == m_readers.end() || m_lasting.count(value) != 0 ? std::vector<std::size_t>() : it->second;
    }

private:
    std::map<std::string, std::vector<std::size_t>> m_readers;
    std::set<std::string> m_lasting;
};

/// An activation as Conv's fused attributes say it.
struct Activation {
    std::string name;
    float low = 0.0F;
    float high = 0.0F;
};

class Fusing {
public:
    Fusing(Graph& graph, const Known& known, const std::set<std::string>& keep)
        : m_graph(graph), m_known(known), m_uses(graph, keep), m_gone(graph.nodes.size(), false) {}

    void run() {
        for (std::size_t k = 0; k < m_graph.nodes.size(); ++k) {
            if (!m_gone[k] && m_graph.nodes[k].op == "Conv" && m_graph.nodes[k].outputs.size() == 1) {
                std::size_t last = k;  // where the fused node stands: behind everything it reads
                absorbNormalisation(k, last);
                absorbAddition(k, last);
                absorbActivation(k, last);
                if (last != k) {
                    m_moves.emplace_back(k, last);
                }
            }
        }
        // A fused node takes the place of the last one it absorbed.
        for (const auto& [from, to] : m_moves) {
            m_graph.nodes[to] = std::move(m_graph.nodes[from]);
            m_gone[from] = true;
            m_gone[to] = false;
        }
        std::vector<Node> kept;
        for (std::size_t k = 0; k < m_graph.nodes.size(); ++k) {
            if (!m_gone[k]) {
                kept.push_back(std::move(m_graph.nodes[k]));
            }
        }
        m_graph.nodes = std::move(kept);
    }

private:
    [[nodiscard]] const Array* floats(const std::string& name) const {
        const auto it = m_graph.constants.find(name);
        return it != m_graph.constants.end() && it->second.type() == ElementType::Float ? &it->second : nullptr;
    }

    /// The only node which reads a value, if it reads it once and has one output.
    [[nodiscard]] std::optional<std::size_t> onlyReader(const std::string& value) const {
        const auto readers = m_uses.readers(value);
        const bool one = readers.size() == 1 && !m_gone[readers.front()] && m_graph.nodes[readers.front()].outputs.size() == 1;
        return one ? std::optional(readers.front()) : std::nullopt;
    }

    void take(std::size_t conv, std::size_t other, std::size_t& last) {
        m_graph.nodes[conv].outputs = m_graph.nodes[other].outputs;
        m_gone[other] = true;
        last = std::max(last, other);
    }

    // y = s·(W∗x + b) + t with s = γ/√(var + ε), t = β − s·mean: new weights s·W, new bias s·b + t.
    void absorbNormalisation(std::size_t k, std::size_t& last) {
        Node& conv = m_graph.nodes[k];
        const auto next = onlyReader(conv.outputs.front());
        if (!next || m_graph.nodes[*next].op != "BatchNormalization" || m_graph.nodes[*next].inputs.size() != 5) {
            return;
        }
        const Node& norm = m_graph.nodes[*next];
        const Array* weight = conv.inputs.size() >= 2 ? floats(conv.inputs[1]) : nullptr;
        const bool biased = conv.inputs.size() >= 3 && !conv.inputs[2].empty();
        const Array* bias = biased ? floats(conv.inputs[2]) : nullptr;
        std::vector<const float*> numbers;
        for (std::size_t i = 1; weight != nullptr && i < 5; ++i) {
            const Array* array = floats(norm.inputs[i]);
            if (array != nullptr && !weight->shape().empty() && array->count() == static_cast<std::size_t>(weight->shape()[0])) {
                numbers.push_back(array->data<float>());
            }
        }
        if (numbers.size() != 4 ||
            (biased && (bias == nullptr || bias->count() != static_cast<std::size_t>(weight->shape()[0])))) {
            return;
        }
        const std::string name = norm.outputs.front();
        scale(*weight, bias, numbers, norm.real("epsilon", 1e-5F), name);
        conv.inputs.resize(3);
        conv.inputs[1] = name + ".weight (fused)";
        conv.inputs[2] = name + ".bias (fused)";
        take(k, *next, last);
    }

    void scale(const Array& weight, const Array* bias, const std::vector<const float*>& norm, float epsilon,
               const std::string& name) {
        const auto outputs = static_cast<std::size_t>(weight.shape()[0]);
        const std::size_t each = outputs == 0 ? 0 : weight.count() / outputs;
        Array scaled(ElementType::Float, weight.shape());
        Array shifted(ElementType::Float, {weight.shape()[0]});
        for (std::size_t c = 0; c < outputs; ++c) {
            const double s = norm[0][c] / std::sqrt(static_cast<double>(norm[3][c]) + epsilon);
            for (std::size_t i = 0; i < each; ++i) {
                scaled.data<float>()[c * each + i] = static_cast<float>(s * weight.data<float>()[c * each + i]);
            }
            const double before = bias == nullptr ? 0.0 : bias->data<float>()[c];
            shifted.data<float>()[c] = static_cast<float>(s * (before - norm[2][c]) + norm[1][c]);
        }
        m_graph.constants.insert_or_assign(name + ".weight (fused)", std::move(scaled));
        m_graph.constants.insert_or_assign(name + ".bias (fused)", std::move(shifted));
    }

    void absorbAddition(std::size_t k, std::size_t& last) {
        Node& conv = m_graph.nodes[k];
        const std::string value = conv.outputs.front();
        const auto next = onlyReader(value);
        if (!next || m_graph.nodes[*next].op != "Add" || m_graph.nodes[*next].inputs.size() != 2 || conv.inputs.size() > 3) {
            return;
        }
        const Node& add = m_graph.nodes[*next];
        const std::string& other = add.inputs[0] == value ? add.inputs[1] : add.inputs[0];
        const auto a = m_known.find(value);
        const auto b = m_known.find(other);
        if (a == m_known.end() || b == m_known.end() || a->second != b->second) {
            return;
        }
        conv.inputs.resize(4);
        conv.inputs[3] = other;
        take(k, *next, last);
    }

    void absorbActivation(std::size_t k, std::size_t& last) {
        Node& conv = m_graph.nodes[k];
        const std::string value = conv.outputs.front();
        std::optional<Activation> activation;
        if (const auto next = onlyReader(value)) {
            activation = plainActivation(m_graph.nodes[*next]);
            if (activation) {
                take(k, *next, last);
            }
        } else if (const auto gate = gatedActivation(value)) {
            activation = gate->activation;
            m_gone[gate->gate] = true;
            take(k, gate->product, last);
        }
        if (activation) {
            conv.attributes[kFusedActivation] = activation->name;
            conv.attributes[kFusedLow] = activation->low;
            conv.attributes[kFusedHigh] = activation->high;
        }
    }

    [[nodiscard]] std::optional<Activation> plainActivation(const Node& node) const {
        if (node.op == "Relu" || node.op == "Sigmoid" || node.op == "HardSwish") {
            return Activation{node.op};
        }
        if (node.op == "HardSigmoid") {
            return Activation{node.op, node.real("alpha", 0.2F), node.real("beta", 0.5F)};
        }
        if (node.op == "Clip" && m_graph.opset >= 11 && node.inputs.size() == 3) {
            const Array* low = floats(node.inputs[1]);
            const Array* high = floats(node.inputs[2]);
            if (low != nullptr && high != nullptr && low->count() == 1 && high->count() == 1) {
                return Activation{node.op, *low->data<float>(), *high->data<float>()};
            }
        }
        return std::nullopt;
    }

    struct Gated {
        Activation activation;
        std::size_t gate;
        std::size_t product;
    };

    /// x·sigmoid(x) and x·hardsigmoid(x), where nobody else reads x or the gate.
    [[nodiscard]] std::optional<Gated> gatedActivation(const std::string& value) const {
        const auto readers = m_uses.readers(value);
        if (readers.size() != 2 || m_gone[readers[0]] || m_gone[readers[1]]) {
            return std::nullopt;
        }
        for (const auto& [gate, product] : {std::pair(readers[0], readers[1]), std::pair(readers[1], readers[0])}) {
            const Node& g = m_graph.nodes[gate];
            const Node& p = m_graph.nodes[product];
            const bool joined = p.op == "Mul" && p.inputs.size() == 2 && g.outputs.size() == 1 &&
                                m_uses.readers(g.outputs.front()).size() == 1 &&
                                (p.inputs[0] == g.outputs.front() || p.inputs[1] == g.outputs.front());
            if (joined && g.op == "Sigmoid") {
                return Gated{{"Silu"}, gate, product};
            }
            const bool sixth = std::abs(g.real("alpha", 0.2F) - 1.0F / 6.0F) < 1e-6F && g.real("beta", 0.5F) == 0.5F;
            if (joined && g.op == "HardSigmoid" && sixth) {
                return Gated{{"HardSwish"}, gate, product};
            }
        }
        return std::nullopt;
    }

    Graph& m_graph;
    const Known& m_known;
    Uses m_uses;
    std::vector<bool> m_gone;
    std::vector<std::pair<std::size_t, std::size_t>> m_moves;
};

}  // namespace

void fuse(Graph& graph, const Known& known, const std::set<std::string>& keep) { Fusing(graph, known, keep).run(); }

}  // namespace fovea::graph
