#include <array>
#include <cstdint>

#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

constexpr std::size_t kBoxValues = 4;   ///< x0, y0, x1, y1
constexpr std::size_t kQuadValues = 8;  ///< four corners (x, y)

bool isQuad(const AttentionMap& map) noexcept {
    return map.data.shape.size() == 2 && map.data.shape[1] == 2 && map.data.size() == kQuadValues;
}

/// A position in cells of the features, 0 the left or upper edge of the first, on the picture.
std::array<double, 2> onPicture(const CellGeometry& g, double x, double y) {
    return {g.originX + x * g.stepX, g.originY + y * g.stepY};
}

RegionOutline boxOutline(const AttentionMap& map, std::size_t first, const CellGeometry& g) {
    const double shift = std::get<RegionMap>(map.kind).cellCentres ? 0.5 : 0.0;
    const auto at = [&](std::size_t k) { return static_cast<double>(map.data.values[first + k]) + shift; };
    return {{onPicture(g, at(0), at(1)), onPicture(g, at(2), at(1)), onPicture(g, at(2), at(3)), onPicture(g, at(0), at(3))}};
}

RegionOutline quadOutline(const AttentionMap& map, const Features& features) {
    RegionOutline outline;
    const double inset = std::get<RegionMap>(map.kind).cellCentres ? 0.5 : 0.0;
    const auto position = [inset](double s, int cells) { return (s + 1.0) / 2.0 * (cells - 2.0 * inset) + inset; };
    for (std::size_t k = 0; k < kQuadValues; k += 2) {
        const double x = position(map.data.values[k], features.map.width());
        const double y = position(map.data.values[k + 1], features.map.height());
        outline.corners.push_back(onPicture(features.geometry, x, y));
    }
    return outline;
}

/// Boxes and quadrilaterals have an outline, matrices, grids and lists of parameters have not.
bool hasOutline(const AttentionMap& map) {
    return !map.data.empty() &&
           (isQuad(map) || (map.data.shape.size() <= 2 && map.data.shape.back() == static_cast<std::int64_t>(kBoxValues)));
}

std::vector<RegionOutline> outlinesOf(const AttentionMap& map, const Features& features) {
    if (!hasOutline(map)) {
        return {};
    }
    if (isQuad(map)) {
        return {quadOutline(map, features)};
    }
    std::vector<RegionOutline> outlines;
    for (std::size_t first = 0; first + kBoxValues <= map.data.size(); first += kBoxValues) {
        outlines.push_back(boxOutline(map, first, features.geometry));
    }
    return outlines;
}

/// The features under an outlined region.
Result<ScalarField> regionField(const Job& job) {
    return hasOutline(job.map) ? featuresBefore(job) : Result<ScalarField>(noPlace(job));
}

std::optional<int> regionRank(const AttentionMap& map) { return hasOutline(map) ? std::optional(11) : std::nullopt; }

}  // namespace

const MapKindInfo& regionKindInfo() {
    static const MapKindInfo kInfo{
        .name = RegionMap::kName,
        .rank = regionRank,
        .field = regionField,
        .withoutChannels = hasOutline,
        .outlines = outlinesOf,
    };
    return kInfo;
}

}  // namespace fovea
