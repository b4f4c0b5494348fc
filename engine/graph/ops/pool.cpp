#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> poolOperators() { return {}; }

}  // namespace fovea::graph
