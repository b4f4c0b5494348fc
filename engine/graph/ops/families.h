#pragma once

#include <initializer_list>
#include <vector>

#include "engine/graph/kernel.h"

namespace fovea::graph {

/// Parts of the families of kernel.h which lie in files of their own.
std::vector<Operator> activationOperators();  ///< elementwise: Sigmoid, HardSwish, Elu, Gelu …
std::vector<Operator> logicOperators();       ///< arithmetic: comparisons, And, Or, Xor, Where
std::vector<Operator> valueOperators();       ///< shape: Constant, ConstantOfShape, Range, Cast
std::vector<Operator> gatherOperators();      ///< movement: Gather, GatherElements, Concat, Split
std::vector<Operator> padOperators();         ///< movement: Pad
std::vector<Operator> resizeOperators();      ///< movement: Resize, Upsample
std::vector<Operator> softmaxOperators();     ///< reduce: Softmax, LogSoftmax, ArgMax, ArgMin, CumSum

/// The entries of several parts in one list.
std::vector<Operator> joined(std::vector<Operator> first, std::initializer_list<std::vector<Operator>> others);

}  // namespace fovea::graph
