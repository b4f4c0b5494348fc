#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> shapeOperators() { return {}; }

}  // namespace fovea::graph
