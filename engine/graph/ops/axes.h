#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/kernel.h"
#include "engine/kernels/walk.h"

namespace fovea::graph {

using kernels::AroundAxis;

/// The axis counted from the front; negative ones count from the back.
Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank);
/// For every axis of `rank` whether it is among `axes`; none may be named twice.
Result<std::vector<bool>> axesOf(const std::vector<std::int64_t>& axes, std::size_t rank);

/// How far one step along each axis moves in a row-major array. Like product(), for shapes which checkedBytes() let pass: it
/// bounds the product of all extents which are not zero.
Shape stridesOf(const Shape& shape);
/// Product of the extents from axis `first` up to but without `last`.
std::int64_t product(const Shape& shape, std::size_t first, std::size_t last);

/// The extents before, along and after one axis.
AroundAxis aroundAxis(const Shape& shape, std::size_t axis);

}  // namespace fovea::graph
