#pragma once

#include <cstddef>
#include <string>

#include "engine/graph/onnx_reader.h"
#include "engine/result.h"

namespace fovea::graph {

/// Walks through the bytes of an ONNX file without keeping any: bounds the number of nodes, and from above the memory which
/// protobuf's messages would take (an empty node is two bytes in a file and two hundred in memory).
Result<void> scanOnnx(const std::string& path, const std::string& name, const ReaderLimits& limits);

}  // namespace fovea::graph
