#pragma once

#include "engine/attention/params.h"
#include "engine/render/field.h"

namespace fovea {

/// A place given as fractions of the picture, as fractions of the grid of its features, by which FieldSpec asks: the network may
/// see the picture in a border, or a part of it. Beyond 0 … 1 it does not see the place. `result` has features.
FOVEA_API PointValue onGrid(const FrameResult& result, PointValue place) noexcept;
/// The other way.
FOVEA_API PointValue onPicture(const FrameResult& result, PointValue place) noexcept;
/// Lets `field` ask at a place given as fractions of the picture; the nearest cell, where the network does not see it.
FOVEA_API void askOnPicture(FieldSpec& field, const FrameResult& result, PointValue place) noexcept;

}  // namespace fovea
