#include "engine/graph/ops/axes.h"

#include <string>

namespace fovea::graph {

Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank) {
    const auto extent = static_cast<std::int64_t>(rank);
    if (axis < -extent || axis >= extent) {
        return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "the axis %1 does not exist in an array with %2 axes"),
                         {std::to_string(axis), std::to_string(rank)});
    }
    return static_cast<std::size_t>(axis < 0 ? axis + extent : axis);
}

Result<std::vector<bool>> axesOf(const std::vector<std::int64_t>& axes, std::size_t rank) {
    std::vector<bool> chosen(rank, false);
    for (const auto each : axes) {
        const auto axis = axisOf(each, rank);
        if (!axis) {
            return axis.error();
        }
        if (chosen[*axis]) {
            return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "the axis %1 is named twice"), {std::to_string(each)});
        }
        chosen[*axis] = true;
    }
    return chosen;
}

Shape stridesOf(const Shape& shape) {
    Shape strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = stride;
        stride *= shape[axis];
    }
    return strides;
}

std::int64_t product(const Shape& shape, std::size_t first, std::size_t last) {
    std::int64_t count = 1;
    for (std::size_t axis = first; axis < last; ++axis) {
        count *= shape[axis];
    }
    return count;
}

AroundAxis aroundAxis(const Shape& shape, std::size_t axis) {
    return {product(shape, 0, axis), shape[axis], product(shape, axis + 1, shape.size())};
}

}  // namespace fovea::graph
