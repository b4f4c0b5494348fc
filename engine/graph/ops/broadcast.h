#pragma once

#include <cstdint>

#include "engine/graph/kernel.h"

namespace fovea::graph {

/// The shape both arrays are repeated to, aligned at their last axes; an extent of 1 repeats.
Result<Shape> broadcastShape(const Shape& a, const Shape& b);
/// Strides with which an array of shape `from` is read along the axes of `to`; 0 where it repeats. `from` must fit.
Shape broadcastStrides(const Shape& from, const Shape& to);

}  // namespace fovea::graph
