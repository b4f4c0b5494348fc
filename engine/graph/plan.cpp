#include "engine/graph/plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/graph/arena.h"
#include "engine/graph/passes/passes.h"

namespace fovea::graph {
namespace {

class Planning {
public:
    Planning(Graph graph, Known known, const std::set<std::string>& keep, std::size_t memory)
        : m_graph(std::move(graph)),
          m_known(std::move(known)),
          m_keep(keep),
          m_memory(memory),
          m_plan(std::make_unique<Plan>()) {}

    Result<std::unique_ptr<Plan>> run(const std::vector<ArrayInfo>& inputs) {
        m_plan->inputs = inputs;
        for (std::size_t k = 0; k < m_graph.inputs.size(); ++k) {
            auto& value = add(m_graph.inputs[k].name, PlannedValue::Place::Input);
            value.info = inputs[k];
            value.slot = k;
            value.count = Tensor::count(inputs[k].shape);
        }
        for (auto& [name, array] : m_graph.constants) {
            m_known[name] = array.info();
            auto& value = add(name, PlannedValue::Place::Constant);
            value.info = array.info();
            value.constant = array;
            value.count = array.count();
        }
        for (auto& node : m_graph.nodes) {
            if (auto added = addStep(node); !added) {
                return nodeError(m_graph, node, added.error());
            }
        }
        for (const auto& output : m_graph.outputs) {
            m_plan->outputs.push_back(m_index.at(output.name));
        }
        return place();
    }

private:
    PlannedValue& add(const std::string& name, PlannedValue::Place place) {
        if (!name.empty()) {
            m_index[name] = static_cast<int>(m_plan->values.size());
        }
        m_plan->values.push_back({.name = name, .info = {}, .place = place});
        return m_plan->values.back();
    }

    Result<void> addStep(const Node& node) {
        auto kernel = findOperator(node.op, node.domain, m_graph.opset)->create(node, m_graph.opset);
        if (!kernel) {
            return kernel.error();
        }
        Step step{.node = node, .kernel = *std::move(kernel)};
        for (const auto& input : node.inputs) {
            step.inputs.push_back(input.empty() ? -1 : m_index.at(input));
            step.dynamic = step.dynamic || (!input.empty() && m_known.count(input) == 0);
        }
        std::vector<ArrayInfo> infos;
        if (!step.dynamic) {
            auto inferred = step.kernel->infer(inputInfos(m_graph, node, m_known, true));
            if (!inferred) {
                return inferred.error();
            }
            infos = *std::move(inferred);
            step.dynamic = infos.empty();
        }
        if (!step.dynamic) {
            if (infos.size() < node.outputs.size()) {
                return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "it has an output which is not supported"));
            }
            m_held += step.kernel->heldBytes();
            m_plan->scratchBytes = std::max(m_plan->scratchBytes, step.kernel->scratchBytes());
            step.alias = step.kernel->aliases() && m_keep.count(node.outputs.front()) == 0;
        }
        for (std::size_t k = 0; k < node.outputs.size(); ++k) {
            step.outputs.push_back(static_cast<int>(m_plan->values.size()));
            auto& value = add(node.outputs[k], step.dynamic ? PlannedValue::Place::Dynamic : PlannedValue::Place::Arena);
            if (!step.dynamic) {
                const auto bytes = checkedBytes(infos[k].type, infos[k].shape);
                if (!bytes || *bytes > m_memory) {
                    return tooLarge();
                }
                value.info = infos[k];
                value.count = *bytes / elementSize(infos[k].type);
                m_known[node.outputs[k]] = infos[k];
            }
        }
        m_plan->steps.push_back(std::move(step));
        return {};
    }

    [[nodiscard]] Error tooLarge() const {
        return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "its result takes more than the %1 MiB a model may use"),
                         {std::to_string(m_memory >> 20)});
    }

    /// The value in whose memory a value lies.
    int rootOf(int value) const {
        const auto it = m_alias.find(value);
        return it == m_alias.end() ? value : it->second;
    }

    void findLastUses() {
        auto& steps = m_plan->steps;
        for (std::size_t k = 0; k < steps.size(); ++k) {
            if (steps[k].alias) {
                m_alias[steps[k].outputs.front()] = rootOf(steps[k].inputs.front());
            }
            const auto use = [&](int value) {
                if (value >= 0) {
                    m_plan->values[rootOf(value)].lastUse = static_cast<int>(k);
                }
            };
            std::for_each(steps[k].inputs.begin(), steps[k].inputs.end(), use);
            std::for_each(steps[k].outputs.begin(), steps[k].outputs.end(), use);  // an output nobody reads lives for its step
        }
        for (const int output : m_plan->outputs) {
            m_plan->values[rootOf(output)].lastUse = static_cast<int>(steps.size());
        }
    }

    // Values get their places in the order of the steps; what is not read again makes room.
    Result<std::unique_ptr<Plan>> place() {
        findLastUses();
        Arena arena;
        std::multimap<int, int> ends;  // last use → value
        for (std::size_t k = 0; k < m_plan->steps.size(); ++k) {
            for (const int output : m_plan->steps[k].outputs) {
                auto& value = m_plan->values[output];
                if (value.place != PlannedValue::Place::Arena || m_alias.count(output) != 0) {
                    continue;
                }
                value.offset = arena.take(value.count * elementSize(value.info.type));
                ends.emplace(value.lastUse, output);
                if (arena.size() > m_memory) {
                    return overBudget(arena.size());
                }
            }
            while (!ends.empty() && ends.begin()->first <= static_cast<int>(k)) {
                const auto& value = m_plan->values[ends.begin()->second];
                arena.giveBack(value.offset, value.count * elementSize(value.info.type));
                ends.erase(ends.begin());
            }
        }
        for (const auto& [value, root] : m_alias) {
            const auto& at = m_plan->values[root];
            auto& alias = m_plan->values[value];
            alias.place = at.place;
            alias.slot = at.slot;
            alias.offset = at.offset;
            alias.constant = at.constant;
        }
        m_plan->arenaBytes = arena.size();
        m_plan->peakBytes = arena.size() + m_plan->scratchBytes + m_held + m_graph.constantBytes();
        if (m_plan->peakBytes > m_memory) {
            return overBudget(m_plan->peakBytes);
        }
        return std::move(m_plan);
    }

    [[nodiscard]] Error overBudget(std::size_t bytes) const {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine",
                                    "%1 would take at least %2 MiB of memory for a picture of this size, more than the %3 MiB it "
                                    "may; choose a smaller size."),
                         {m_graph.name, std::to_string(bytes >> 20), std::to_string(m_memory >> 20)});
    }

    Graph m_graph;
    Known m_known;
    const std::set<std::string>& m_keep;
    std::size_t m_memory;
    std::unique_ptr<Plan> m_plan;
    std::map<std::string, int> m_index;
    std::map<int, int> m_alias;
    std::size_t m_held = 0;
};

}  // namespace

Result<std::unique_ptr<Plan>> makePlan(const Graph& graph, const std::vector<ArrayInfo>& inputs,
                                       const std::set<std::string>& keep, std::size_t memory) {
    Graph copy = graph;  // constants share their memory
    removeIdentities(copy, keep);
    auto known = foldAndInfer(copy, inputs, keep, memory);
    if (!known) {
        return known.error();
    }
    fuse(copy, *known, keep);
    dropUnread(copy, keep);
    return Planning(std::move(copy), *std::move(known), keep, memory).run(inputs);
}

}  // namespace fovea::graph
