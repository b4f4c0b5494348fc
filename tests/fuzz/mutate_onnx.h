#pragma once

#include <string>

#include "tests/fuzz/random.h"

namespace fovea::mutate {

/// Changes the messages of an ONNX file a few times: sizes, attributes, wires, constants, types, opset; nodes of `other` may be
/// grafted in. Says what was done.
std::string mutateOnnx(std::string& bytes, const std::string& other, Random& random);

}  // namespace fovea::mutate
