#include "engine/render/query_place.h"

#include <algorithm>

namespace fovea {

PointValue onGrid(const FrameResult& result, PointValue place) noexcept {
    const CellGeometry& g = result.features->geometry;
    return {(place.x * result.frame.width - g.originX) / (g.stepX * result.features->map.width()),
            (place.y * result.frame.height - g.originY) / (g.stepY * result.features->map.height())};
}

PointValue onPicture(const FrameResult& result, PointValue place) noexcept {
    const CellGeometry& g = result.features->geometry;
    return {(g.originX + place.x * g.stepX * result.features->map.width()) / result.frame.width,
            (g.originY + place.y * g.stepY * result.features->map.height()) / result.frame.height};
}

void askOnPicture(FieldSpec& field, const FrameResult& result, PointValue place) noexcept {
    const PointValue at = onGrid(result, place);
    field.queryX = std::clamp(at.x, 0.0, 1.0);
    field.queryY = std::clamp(at.y, 0.0, 1.0);
}

}  // namespace fovea
