#pragma once

#include <optional>

#include "engine/attention/module.h"

namespace fovea {

/// Height and width of a grid of cells.
struct GridSize {
    int height = 0;
    int width = 0;
    bool operator==(const GridSize&) const = default;
};

/// The grid on which a module tied to a size runs; nothing for a module that takes any. It is the module's own parameters H and W
/// where they are set, else 28×28, so that weights keep their shapes when the picture's size changes.
std::optional<GridSize> tiedGrid(const ModuleInfo& info, const ParamSet& params);

/// The grid of a gate beside features of this size: half as fine.
GridSize gateGrid(GridSize features) noexcept;

/// The shape of what a module reads of `frames` frames with so many channels and cells.
InputShape inputShape(const ModuleInfo& info, const ParamSet& params, int channels, GridSize cells, int frames);

}  // namespace fovea
