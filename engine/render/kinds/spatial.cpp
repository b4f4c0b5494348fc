#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

Result<ScalarField> spatialField(const Job& job) {
    const AttentionMap& map = job.map;
    const auto [height, width] = std::get<SpatialMap>(map.kind);
    if (height < 1 || width < 1 || map.data.size() != static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {
        return misshapen(job);
    }
    ScalarField field = emptyField(job, height, width);
    field.values = map.data.values;
    field.discrete = map.role == MapRole::Mask;
    return gridField(job, std::move(field));
}

std::optional<int> spatialRank(const AttentionMap& map) { return map.role == MapRole::Saliency ? 1 : 0; }

std::vector<MapExtent> spatialExtents(const AttentionMap& map) {
    const auto& grid = std::get<SpatialMap>(map.kind);
    return gridExtents(grid.height, grid.width);
}

std::optional<PositionNumbers> spatialNumbers(const AttentionMap& map) { return PositionNumbers{map.name, {}}; }

}  // namespace

const MapKindInfo& spatialKindInfo() {
    static const MapKindInfo kInfo{
        .name = SpatialMap::kName,
        .rank = spatialRank,
        .field = spatialField,
        .withoutChannels = always,
        .extents = spatialExtents,
        .perPosition = spatialNumbers,
    };
    return kInfo;
}

}  // namespace fovea
