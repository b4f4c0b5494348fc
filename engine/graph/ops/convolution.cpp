#include "engine/graph/kernel.h"

namespace fovea::graph {

std::vector<Operator> convolutionOperators() { return {}; }

}  // namespace fovea::graph
