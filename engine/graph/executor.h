#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/graph/graph.h"
#include "engine/result.h"

namespace fovea::graph {

struct ExecutorOptions {
    std::size_t memory = std::size_t{2} << 30;  ///< peak bytes with all weights, checked before anything runs
    std::vector<std::string> keep = {};         ///< values hooks will ask for: they are neither fused nor folded away
};

/// Called as soon as a value is made, before anything reads it. The view may be read, which costs nothing, and written, which
/// changes what follows.
using Hook = std::function<void(const View&)>;

struct NodeTime {
    std::string node;  ///< as Node::label()
    double milliseconds = 0.0;
};

struct RunOptions {
    std::map<std::string, Hook> hooks = {};  ///< by value; each must be among ExecutorOptions::keep
    std::vector<NodeTime>* times = nullptr;  ///< filled with the time of every node that ran, in order
};

/// Runs a graph. Shapes, fusions and memory are worked out once for each size of the inputs; after that a frame allocates
/// nothing, unless shapes depend on its data. Used by one thread at a time.
class FOVEA_API Executor {
public:
    /// Takes a graph; operators Fovea lacks are an error which names them all.
    static Result<std::unique_ptr<Executor>> create(Graph graph, ExecutorOptions options = {});
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    [[nodiscard]] const Graph& graph() const noexcept;

    /// Works out the plan for inputs of these sizes, as run() would. An error names the node, or the memory the plan would take.
    Result<void> prepare(const std::vector<ArrayInfo>& inputs);

    /// Runs with the graph's inputs in their order. The views lead to the graph's outputs, in order, and hold until the next
    /// call.
    Result<std::vector<View>> run(const std::vector<View>& inputs, const std::stop_token& stop, const RunOptions& options = {});

    /// Peak bytes of the newest plan: weights, packed weights, values and scratch.
    [[nodiscard]] std::size_t plannedBytes() const noexcept;
    /// Steps of the newest plan, each as Node::label(), for tests and tools.
    [[nodiscard]] std::vector<std::string> steps() const;

private:
    struct State;
    explicit Executor(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace fovea::graph
