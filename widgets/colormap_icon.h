#pragma once

#include <QIcon>

#include "engine/render/colormap.h"

namespace fovea {

/// The size of a swatch in a list of colour maps.
inline constexpr QSize kSwatchSize{48, 12};

/// A colour map from its low to its high end, as a swatch.
QIcon colormapIcon(const Colormap& map);

}  // namespace fovea
