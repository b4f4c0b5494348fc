#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/render/render.h"

namespace fovea {

/// The ranges with which the newest two pictures of a source were drawn, for one map.
class DrawnRanges final {
public:
    /// The range with which the picture before `frame` was drawn; nothing before the first.
    [[nodiscard]] std::optional<ValueRange> before(const Frame& frame) const;
    /// Notes the range with which a picture was drawn. Another source or another map begins anew; a picture drawn again, as when
    /// it is zoomed, counts once.
    void note(const RenderedOverlay& rendered);

private:
    std::shared_ptr<const SourceInfo> m_source;
    std::string m_map;  ///< mechanism and map
    std::uint64_t m_sequence = 0;
    std::optional<ValueRange> m_newest;
    std::optional<ValueRange> m_before;
};

}  // namespace fovea
