#pragma once

#include <cstddef>
#include <string>

#include "engine/api.h"
#include "engine/graph/graph.h"
#include "engine/result.h"

namespace fovea::graph {

/// What a file may ask for.
struct ReaderLimits {
    std::size_t memory = std::size_t{2} << 30;  ///< bytes for everything that is read from it
    std::size_t nodes = 100'000;                ///< with those of subgraphs
};

/// Reads an ONNX file, without ONNX's own checker. Sizes are bounded before anything is allocated. Values must be made before
/// they are read, and once; external data must be regular files inside the model's folder. Every error is one sentence with the
/// file's name. Operators are not looked at: see missingOperators().
FOVEA_API Result<Graph> readOnnx(const std::string& path, const ReaderLimits& limits = {});

/// An error which names every operator of the graph that Fovea lacks, each with a node and the opset; nothing when it has all.
FOVEA_API Result<void> checkOperators(const Graph& graph);

}  // namespace fovea::graph
