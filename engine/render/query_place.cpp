#include "engine/render/query_place.h"

#include <algorithm>

namespace fovea {

PointValue onGrid(const FrameResult& result, ModelId model, PointValue place) noexcept {
    const Features& features = *result.find(model)->features;
    const CellGeometry& g = features.geometry;
    return {(place.x * result.frame.width - g.originX) / (g.stepX * features.map.width()),
            (place.y * result.frame.height - g.originY) / (g.stepY * features.map.height())};
}

PointValue onPicture(const FrameResult& result, ModelId model, PointValue place) noexcept {
    const Features& features = *result.find(model)->features;
    const CellGeometry& g = features.geometry;
    return {(g.originX + place.x * g.stepX * features.map.width()) / result.frame.width,
            (g.originY + place.y * g.stepY * features.map.height()) / result.frame.height};
}

void askOnPicture(FieldSpec& field, const FrameResult& result, PointValue place) noexcept {
    const PointValue at = onGrid(result, field.job.model, place);
    field.queryX = std::clamp(at.x, 0.0, 1.0);
    field.queryY = std::clamp(at.y, 0.0, 1.0);
}

}  // namespace fovea
