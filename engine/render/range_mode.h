#pragma once

namespace fovea {

/// Where the range comes from with which a field is drawn.
enum class RangeMode {
    Auto,     ///< the field's own automatic range
    Clipped,  ///< the same, but the highest cells (OverlayStyle::clipShare) lie above the upper end
    Locked,   ///< the range shown when it was locked, kept over modules and pictures
    Typed,    ///< ends typed by the person
};

}  // namespace fovea
