#pragma once

#include "engine/attention/params.h"
#include "engine/render/field.h"

namespace fovea {

/// How a person asks about a place.
enum class QueryGesture {
    Add,   ///< a click: another pin
    Move,  ///< arrow keys, a dragged pin, or the cursor in hover mode: the active pin goes there
};

/// A place given as fractions of the picture, as fractions of the grid of a model's features, by which FieldSpec asks: a network
/// may see the picture in a border, or a part of it. Beyond 0 … 1 the network does not see the place. The model has features.
FOVEA_API PointValue onGrid(const FrameResult& result, ModelId model, PointValue place) noexcept;
/// The other way.
FOVEA_API PointValue onPicture(const FrameResult& result, ModelId model, PointValue place) noexcept;
/// Lets `field` ask at a place given as fractions of the picture; the nearest cell, where the network does not see it.
FOVEA_API void askOnPicture(FieldSpec& field, const FrameResult& result, PointValue place) noexcept;

}  // namespace fovea
