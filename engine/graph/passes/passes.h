#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/graph/kernel.h"
#include "engine/result.h"

namespace fovea::graph {

/// What is known of the values of a graph for inputs of given sizes; values whose shapes depend on data are not in it.
using Known = std::map<std::string, ArrayInfo>;

/// Leaves Identity and Dropout out, but for outputs of the graph and `keep`.
void removeIdentities(Graph& graph, const std::set<std::string>& keep);

/// Works out every shape for inputs of the sizes `inputs`, and computes what depends on constants and shapes alone: those nodes
/// become constants. Constants and each value stay under `memory` bytes, checked before they are allocated. Nodes whose results
/// nobody reads are dropped.
Result<Known> foldAndInfer(Graph& graph, const std::vector<ArrayInfo>& inputs, const std::set<std::string>& keep,
                           std::size_t memory);

/// Joins convolutions with the batch normalisation, the addition and the activation which follow them and nothing else reads.
void fuse(Graph& graph, const Known& known, const std::set<std::string>& keep);

/// Drops nodes whose outputs are read by nobody: not by a node, an output of the graph or `keep`; then unread constants.
void dropUnread(Graph& graph, const std::set<std::string>& keep);

/// What the kernel of `node` is told: constants with their values where `wanted` says so.
std::vector<InputInfo> inputInfos(const Graph& graph, const Node& node, const Known& known, bool withLargeConstants);

/// The error of a node, with its name and the file's.
Error nodeError(const Graph& graph, const Node& node, const Error& error);

}  // namespace fovea::graph
