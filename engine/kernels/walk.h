#pragma once

#include <array>
#include <cstdint>

#include "engine/tensor/tensor.h"

namespace fovea::kernels {

/// A row-major array seen as [outer][extent][inner] around one axis.
struct AroundAxis {
    std::int64_t outer = 0;
    std::int64_t extent = 0;
    std::int64_t inner = 0;
};

/// A walk over the elements of an output, in order, with the places of N operands beside it: the extents and, per operand, how
/// far one step along each axis moves. A stride of 0 repeats, a negative one walks backwards.
template <std::size_t N>
struct Strided {
    Shape extents;
    std::array<Shape, N> strides;

    [[nodiscard]] std::int64_t inner() const noexcept { return extents.back(); }
    [[nodiscard]] std::int64_t innerStride(std::size_t operand) const { return strides[operand].back(); }
    /// Leaves out axes of one step and joins neighbours which are one run for every operand. At least one axis stays; a walk over
    /// nothing becomes one axis of extent 0.
    void collapse();
};

template <std::size_t N>
void Strided<N>::collapse() {
    std::size_t kept = 0;
    bool empty = false;
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
        empty = empty || extents[axis] == 0;
        if (extents[axis] == 1 || empty) {
            continue;
        }
        bool joined = kept > 0;
        for (const auto& stride : strides) {
            joined = joined && stride[kept - 1] == stride[axis] * extents[axis];
        }
        kept += joined ? 0 : 1;
        extents[kept - 1] = joined ? extents[kept - 1] * extents[axis] : extents[axis];
        for (auto& stride : strides) {
            stride[kept - 1] = stride[axis];
        }
    }
    if (kept == 0 || empty) {
        extents.assign(1, empty ? 0 : 1);
        strides.fill(Shape(1, 1));
        return;
    }
    extents.resize(kept);
    for (auto& stride : strides) {
        stride.resize(kept);
    }
}

/// visit(offsets) for every cell of the first `outer` axes of a collapsed walk.
template <std::size_t N, class Visit>
void forEachCell(const Strided<N>& walk, std::size_t outer, Visit&& visit) {
    std::int64_t cells = 1;
    for (std::size_t axis = 0; axis < outer; ++axis) {
        cells *= walk.extents[axis];
    }
    std::array<std::int64_t, 64> at{};  // more than 62 axes of two steps have no size
    std::array<std::int64_t, N> offsets{};
    for (std::int64_t cell = 0; cell < cells; ++cell) {
        visit(offsets);
        for (std::size_t axis = outer; axis-- > 0;) {
            const bool again = ++at[axis] == walk.extents[axis];
            for (std::size_t k = 0; k < N; ++k) {
                offsets[k] += walk.strides[k][axis] * (again ? 1 - walk.extents[axis] : 1);
            }
            if (!again) {
                break;
            }
            at[axis] = 0;
        }
    }
}

/// visit(offsets) for every row along the last axis of a collapsed walk.
template <std::size_t N, class Visit>
void forEachRow(const Strided<N>& walk, Visit&& visit) {
    if (walk.inner() != 0) {
        forEachCell(walk, walk.extents.size() - 1, visit);
    }
}

}  // namespace fovea::kernels
