#include "engine/graph/ops/broadcast.h"

#include <algorithm>

#include "engine/graph/ops/axes.h"

namespace fovea::graph {

Result<Shape> broadcastShape(const Shape& a, const Shape& b) {
    Shape shape(std::max(a.size(), b.size()));
    for (std::size_t back = 1; back <= shape.size(); ++back) {
        const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1;
        const std::int64_t y = back <= b.size() ? b[b.size() - back] : 1;
        if (x != y && x != 1 && y != 1) {
            return shapeError(a, b);
        }
        shape[shape.size() - back] = x == 1 ? y : x;
    }
    return shape;
}

Shape broadcastStrides(const Shape& from, const Shape& to) {
    Shape strides(to.size(), 0);
    const Shape own = stridesOf(from);
    const std::size_t missing = to.size() - from.size();
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        strides[missing + axis] = from[axis] == 1 ? 0 : own[axis];
    }
    return strides;
}

}  // namespace fovea::graph
