#pragma once

#include <optional>
#include <vector>

#include "engine/graph/kernel.h"

namespace fovea::test {

/// One input of a kernel under test; without an array the node leaves it out.
struct KernelInput {
    std::optional<graph::Array> array = {};
    bool constant = false;  ///< known before the run
};

/// A float array of such values as randomValues() gives.
graph::Array randomArray(const Shape& shape, std::uint64_t seed, float size = 1.0F);
std::vector<float> valuesOf(const graph::Array& array);
/// Values in the order of `shape`, as they come from arithmetic in double.
graph::Array arrayOf(const Shape& shape, const std::vector<float>& values);

/// Makes the kernel of a node, asks it for its shapes and runs it. Memory which it must not write lies around the output and the
/// scratch; a kernel which writes there is an error, too.
Result<graph::Array> runKernel(const graph::Node& node, int opset, const std::vector<KernelInput>& inputs);

}  // namespace fovea::test
