#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> productOperators() { return {}; }

}  // namespace fovea::graph
