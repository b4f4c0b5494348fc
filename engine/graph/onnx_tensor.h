#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "engine/graph/array.h"
#include "engine/result.h"

namespace onnx {
class TensorProto;
}

namespace fovea::graph {

/// Where the tensors of one file come from and what they may still take.
struct TensorSource {
    std::string name;        ///< of the file, for messages
    std::string folder;      ///< canonical; external data lies inside
    std::size_t budget = 0;  ///< bytes left; reading a tensor lowers it
};

/// A tensor of an ONNX file as an array. Half, bfloat16 and double become float. Sizes are checked against the data, the budget
/// and, for external data, the file they lie in, before anything is allocated.
Result<Array> arrayFrom(const onnx::TensorProto& tensor, TensorSource& source);

/// Element type of an ONNX type number, if the executor computes with it (or with floats instead).
std::optional<ElementType> elementTypeFromOnnx(int type) noexcept;

}  // namespace fovea::graph
