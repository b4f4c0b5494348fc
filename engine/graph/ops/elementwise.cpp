#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> elementwiseOperators() { return {}; }

}  // namespace fovea::graph
