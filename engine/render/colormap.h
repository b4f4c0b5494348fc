#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/api.h"

namespace fovea {

/// 256 colours as 0xFFRRGGBB (QImage::Format_RGB32 in memory order of the machine).
using ColorTable = std::array<std::uint32_t, 256>;

/// A perceptually ordered colour map. Every entry of a table is distinct, so a colour can be read back to a value.
struct Colormap {
    std::string id;     ///< "inferno"
    std::string title;  ///< FOVEA_TEXT
    bool diverging = false;
    ColorTable table = {};
};

/// All maps: sequential inferno, viridis, magma, cividis, grey; diverging blue–white–red variants. Never jet.
FOVEA_API const std::vector<Colormap>& colormaps();
/// By id, or null.
FOVEA_API const Colormap* findColormap(const std::string& id);
/// The ids of the sequential maps, or of the diverging ones.
FOVEA_API std::vector<std::string> colormapIds(bool diverging);

/// Which values the two ends of the colour table mean.
struct ValueRange {
    float lo = 0.0F;
    float hi = 1.0F;
    bool operator==(const ValueRange&) const = default;
};

/// Table index of a value: round(255·(v−lo)/(hi−lo)), saturated at the ends; 0 when hi ≤ lo (a flat map shows the low end, and is
/// named).
FOVEA_API int colorIndex(float value, ValueRange range) noexcept;
/// The value in the middle of a table entry.
FOVEA_API float indexValue(int index, ValueRange range) noexcept;
/// The index of a colour in a table, or −1.
FOVEA_API int indexOfColor(const ColorTable& table, std::uint32_t color) noexcept;

}  // namespace fovea
