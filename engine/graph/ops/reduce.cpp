#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> reduceOperators() { return {}; }

}  // namespace fovea::graph
