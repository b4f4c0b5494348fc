#include "engine/attention/input_shape.h"

#include <algorithm>
#include <string>

namespace fovea {
namespace {

constexpr int kTiedSide = 28;

/// The parameter `key` when the module declares it and it is set, else the default side.
int tiedSide(const ModuleInfo& info, const ParamSet& params, const std::string& key) {
    const bool declared =
        std::any_of(info.params.begin(), info.params.end(), [&](const ParamSpec& spec) { return spec.key == key; });
    const int chosen = declared ? params.integer(key) : 0;
    return chosen > 0 ? chosen : kTiedSide;
}

}  // namespace

std::optional<GridSize> tiedGrid(const ModuleInfo& info, const ParamSet& params) {
    if (info.tied == nullptr || !info.tied(params)) {
        return std::nullopt;
    }
    return GridSize{tiedSide(info, params, "H"), tiedSide(info, params, "W")};
}

GridSize gateGrid(GridSize features) noexcept { return {(features.height + 1) / 2, (features.width + 1) / 2}; }

InputShape inputShape(const ModuleInfo& info, const ParamSet& params, int channels, GridSize cells, int frames) {
    const GridSize grid = tiedGrid(info, params).value_or(cells);
    InputShape shape{channels, grid.height, grid.width, frames, {}};
    if (info.needs.gate) {
        const GridSize gate = gateGrid(grid);
        shape.extras["gate"] = {channels, gate.height, gate.width};
    }
    if (info.needs.hidden) {
        shape.extras["hidden"] = {channels};
    }
    return shape;
}

}  // namespace fovea
