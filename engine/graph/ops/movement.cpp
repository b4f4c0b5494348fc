#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> movementOperators() { return {}; }

}  // namespace fovea::graph
