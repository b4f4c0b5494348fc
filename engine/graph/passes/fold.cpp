#include <algorithm>
#include <utility>

#include "engine/graph/passes/passes.h"

namespace fovea::graph {
namespace {

/// Constants of more elements than this are no sizes, axes or bounds, and shapes do not depend on them.
constexpr std::size_t kLargeConstant = 1024;

std::set<std::string> lasting(const Graph& graph, const std::set<std::string>& keep) {
    std::set<std::string> names = keep;
    for (const auto& output : graph.outputs) {
        names.insert(output.name);
    }
    return names;
}

std::size_t bytesOf(const std::vector<ArrayInfo>& infos) {
    std::size_t bytes = 0;
    for (const auto& info : infos) {
        const auto size = checkedBytes(info.type, info.shape);
        if (!size || __builtin_add_overflow(bytes, *size, &bytes)) {
            return SIZE_MAX;
        }
    }
    return bytes;
}

Error tooLarge(std::size_t memory) {
    return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "its result takes more than the %1 MiB a model may use"),
                     {std::to_string(memory >> 20)});
}

/// Gives its inputs and outputs to a kernel outside of any plan.
Result<std::vector<Array>> runAlone(Kernel& kernel, const std::vector<InputInfo>& inputs, const std::vector<ArrayInfo>& infos) {
    std::vector<View> in;
    for (const auto& input : inputs) {
        View view;
        if (input.present) {
            view = {input.info.type, &input.info.shape, nullptr, 0};
            if (input.constant != nullptr) {  // else only its shape is read
                view.memory = const_cast<void*>(input.constant->raw());
                view.count = input.constant->count();
            }
        }
        in.push_back(view);
    }
    std::vector<Array> results;
    std::vector<View> out;
    for (const auto& info : infos) {
        results.emplace_back(info.type, info.shape);
    }
    for (auto& result : results) {
        out.push_back({result.type(), &result.shape(), result.raw(), result.count()});
    }
    if (kernel.aliases()) {
        results.front() = inputs.front().constant->reshaped(infos.front().shape);
        return results;
    }
    const Array scratch(ElementType::Bool, {static_cast<std::int64_t>(kernel.scratchBytes())});
    if (auto ran = kernel.run(in, out, const_cast<std::byte*>(static_cast<const std::byte*>(scratch.raw())), {}); !ran) {
        return ran.error();
    }
    return results;
}

class Folding {
public:
    Folding(Graph& graph, const std::set<std::string>& keep, std::size_t memory)
        : m_graph(graph), m_keep(keep), m_memory(memory) {}

    Result<Known> run(const std::vector<ArrayInfo>& inputs) {
        for (std::size_t k = 0; k < m_graph.inputs.size(); ++k) {
            m_known[m_graph.inputs[k].name] = inputs[k];
        }
        for (const auto& [name, array] : m_graph.constants) {
            m_known[name] = array.info();
        }
        m_bytes = m_graph.constantBytes();
        std::vector<Node> kept;
        for (auto& node : m_graph.nodes) {
            auto folded = look(node);
            if (!folded) {
                return nodeError(m_graph, node, folded.error());
            }
            if (!*folded) {
                kept.push_back(std::move(node));
            }
        }
        m_graph.nodes = std::move(kept);
        return std::move(m_known);
    }

private:
    /// Whether the node became constants.
    Result<bool> look(const Node& node) {
        const auto* op = findOperator(node.op, node.domain, m_graph.opset);
        auto kernel = op->create(node, m_graph.opset);
        if (!kernel) {
            return kernel.error();
        }
        const auto known = [this](const std::string& input) { return input.empty() || m_known.count(input) != 0; };
        if (!std::all_of(node.inputs.begin(), node.inputs.end(), known)) {
            return false;  // behind a value whose size depends on data
        }
        const bool foldable = canFold(node);
        const auto inputs = inputInfos(m_graph, node, m_known, foldable);
        auto infos = (*kernel)->infer(inputs);
        if (!infos) {
            return infos.error();
        }
        if (infos->empty()) {
            return false;
        }
        if (bytesOf(*infos) > m_memory) {
            return tooLarge(m_memory);
        }
        for (std::size_t k = 0; k < std::min(infos->size(), node.outputs.size()); ++k) {
            m_known[node.outputs[k]] = (*infos)[k];
        }
        return foldable ? fold(node, **kernel, inputs, *infos) : Result<bool>(false);
    }

    [[nodiscard]] bool canFold(const Node& node) const {
        const bool shapeAlone = node.op == "Shape" || node.op == "Size";
        const bool constant = std::all_of(node.inputs.begin(), node.inputs.end(), [this](const std::string& input) {
            return input.empty() || m_graph.constants.count(input) != 0;
        });
        const bool looked = std::any_of(node.outputs.begin(), node.outputs.end(),
                                        [this](const std::string& output) { return m_keep.count(output) != 0; });
        return (constant || shapeAlone) && !looked;
    }

    Result<bool> fold(const Node& node, Kernel& kernel, const std::vector<InputInfo>& inputs,
                      const std::vector<ArrayInfo>& infos) {
        if (kernel.scratchBytes() > m_memory || bytesOf(infos) > m_memory - std::min(m_memory, m_bytes)) {
            return tooLarge(m_memory);
        }
        auto results = runAlone(kernel, inputs, infos);
        if (!results) {
            return results.error();
        }
        for (std::size_t k = 0; k < std::min(results->size(), node.outputs.size()); ++k) {
            m_bytes += (*results)[k].bytes();
            m_graph.constants.insert_or_assign(node.outputs[k], std::move((*results)[k]));
        }
        return true;
    }

    Graph& m_graph;
    const std::set<std::string>& m_keep;
    std::size_t m_memory;
    std::size_t m_bytes = 0;
    Known m_known;
};

}  // namespace

Error nodeError(const Graph& graph, const Node& node, const Error& error) {
    if (error.code == ErrorCode::Cancelled) {
        return error;
    }
    return makeError(error.code, FOVEA_TEXT("engine", "%1: %2 cannot be computed (%3)."),
                     {graph.name, node.label(), error.message()});
}

std::vector<InputInfo> inputInfos(const Graph& graph, const Node& node, const Known& known, bool withLargeConstants) {
    std::vector<InputInfo> infos;
    for (const auto& input : node.inputs) {
        InputInfo info;
        if (!input.empty()) {
            info.present = true;
            info.info = known.at(input);
            const auto constant = graph.constants.find(input);
            if (constant != graph.constants.end() && (withLargeConstants || constant->second.count() <= kLargeConstant)) {
                info.constant = &constant->second;
            }
        }
        infos.push_back(std::move(info));
    }
    return infos;
}

void removeIdentities(Graph& graph, const std::set<std::string>& keep) {
    const auto stays = lasting(graph, keep);
    std::map<std::string, std::string> renamed;
    std::vector<Node> kept;
    for (auto& node : graph.nodes) {
        for (auto& input : node.inputs) {
            const auto it = renamed.find(input);
            if (it != renamed.end()) {
                input = it->second;
            }
        }
        const bool same = node.domain.empty() && (node.op == "Identity" || node.op == "Dropout") && !node.inputs.empty() &&
                          !node.inputs.front().empty() && node.outputs.size() == 1;
        if (same && stays.count(node.outputs.front()) == 0) {
            renamed[node.outputs.front()] = node.inputs.front();
        } else {
            kept.push_back(std::move(node));
        }
    }
    graph.nodes = std::move(kept);
}

Result<Known> foldAndInfer(Graph& graph, const std::vector<ArrayInfo>& inputs, const std::set<std::string>& keep,
                           std::size_t memory) {
    auto known = Folding(graph, keep, memory).run(inputs);
    dropUnread(graph, keep);
    return known;
}

void dropUnread(Graph& graph, const std::set<std::string>& keep) {
    std::set<std::string> read = lasting(graph, keep);
    std::vector<Node> kept;
    for (auto it = graph.nodes.rbegin(); it != graph.nodes.rend(); ++it) {
        const bool wanted = std::any_of(it->outputs.begin(), it->outputs.end(),
                                        [&read](const std::string& output) { return read.count(output) != 0; });
        if (wanted) {
            read.insert(it->inputs.begin(), it->inputs.end());
            kept.push_back(std::move(*it));
        }
    }
    std::reverse(kept.begin(), kept.end());
    graph.nodes = std::move(kept);
    for (auto it = graph.constants.begin(); it != graph.constants.end();) {
        it = read.count(it->first) == 0 ? graph.constants.erase(it) : std::next(it);
    }
}

}  // namespace fovea::graph
