#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/graph/kernel.h"
#include "engine/result.h"

namespace fovea::graph {

/// One value of a plan.
struct PlannedValue {
    enum class Place {
        Nowhere,   ///< an output which is left out
        Input,     ///< memory of the caller; `slot` counts the graph's inputs
        Constant,  ///< `constant`
        Arena,     ///< `offset` bytes into the arena
        Dynamic,   ///< its size depends on data; allocated while the plan runs
    };
    std::string name;
    ArrayInfo info;  ///< not known for Dynamic
    Place place = Place::Nowhere;
    std::size_t slot = 0;
    std::size_t offset = 0;
    std::size_t count = 0;
    Array constant;
    int lastUse = -1;  ///< the last step which reads it; the number of steps for outputs of the graph
};

/// One node of a plan. An input of −1 is left out.
struct Step {
    Node node;
    std::unique_ptr<Kernel> kernel;
    std::vector<int> inputs;
    std::vector<int> outputs;
    bool dynamic = false;  ///< its shapes are worked out when it runs
    bool alias = false;    ///< nothing to do: the output lies where the input does
};

/// Everything worked out once for inputs of given sizes: order, shapes, fusions, places in memory.
struct Plan {
    std::vector<ArrayInfo> inputs;
    std::vector<PlannedValue> values;
    std::vector<Step> steps;
    std::vector<int> outputs;  ///< of the graph
    std::size_t arenaBytes = 0;
    std::size_t scratchBytes = 0;
    std::size_t peakBytes = 0;  ///< with constants and packed weights
};

/// Plans `graph` for inputs of the sizes `inputs`, within `memory` bytes.
Result<std::unique_ptr<Plan>> makePlan(const Graph& graph, const std::vector<ArrayInfo>& inputs,
                                       const std::set<std::string>& keep, std::size_t memory);

}  // namespace fovea::graph
