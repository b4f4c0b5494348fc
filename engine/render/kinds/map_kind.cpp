#include "engine/render/kinds/map_kind.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "kind_table.inc"

namespace fovea {

const MapKindInfo& kindInfo(const AttentionMap& map) noexcept {
    static const auto kKinds = kindTable();
    const std::string_view name = mapKindName(map);
    const auto it = std::find_if(kKinds.begin(), kKinds.end(), [name](const MapKindInfo* kind) { return kind->name == name; });
    assert(it != kKinds.end());
    return **it;
}

}  // namespace fovea
