#pragma once

#include <cstdint>

#include "engine/graph/array.h"
#include "engine/kernels/walk.h"

namespace fovea::graph {

using kernels::forEachCell;
using kernels::forEachRow;
using kernels::Strided;

/// Fills an output from an input of the same type which is read with strides: Transpose, Slice, Expand, Tile.
class StridedCopy {
public:
    /// `extents` of the row-major output; `strides` and `offset` of the input, in elements.
    void prepare(const Shape& extents, const Shape& strides, std::int64_t offset = 0);
    void run(const View& from, const View& to) const;

private:
    Strided<2> m_walk;  ///< operand 0: output, 1: input
    std::int64_t m_offset = 0;
    bool m_transposed = false;  ///< the input runs along the last axis but one
};

}  // namespace fovea::graph
