#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> arithmeticOperators() { return {}; }

}  // namespace fovea::graph
