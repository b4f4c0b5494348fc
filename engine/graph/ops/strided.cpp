#include "engine/graph/ops/strided.h"

#include <algorithm>
#include <utility>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

template <class T>
void copyRow(const T* from, std::int64_t stride, T* to, std::int64_t count) {
    if (stride == 1) {
        std::copy_n(from, count, to);
    } else if (stride == 0) {
        std::fill_n(to, count, *from);
    } else {
        for (std::int64_t i = 0; i < count; ++i) {
            to[i] = from[i * stride];
        }
    }
}

/// to[i·toStride + j] = from[i + j·fromStride], in tiles which stay in the cache.
template <class T>
void copyTransposed(const T* from, std::int64_t fromStride, T* to, std::int64_t toStride, std::int64_t rows,
                    std::int64_t columns) {
    constexpr std::int64_t kTile = 16;
    for (std::int64_t top = 0; top < rows; top += kTile) {
        const std::int64_t bottom = std::min(top + kTile, rows);
        for (std::int64_t left = 0; left < columns; left += kTile) {
            const std::int64_t right = std::min(left + kTile, columns);
            for (std::int64_t i = top; i < bottom; ++i) {
                for (std::int64_t j = left; j < right; ++j) {
                    to[i * toStride + j] = from[i + j * fromStride];
                }
            }
        }
    }
}

}  // namespace

void StridedCopy::prepare(const Shape& extents, const Shape& strides, std::int64_t offset) {
    m_walk = {extents, {stridesOf(extents), strides}};
    m_walk.collapse();
    m_offset = offset;
    m_transposed = false;
    const std::size_t last = m_walk.extents.size() - 1;
    const auto& input = m_walk.strides[1];
    const auto along = std::find(input.begin(), input.end(), 1);
    if (input[last] != 0 && input[last] != 1 && along != input.end()) {
        m_transposed = true;
        const auto axis = along - input.begin();
        const auto toBack = [&](Shape& values) {
            std::rotate(values.begin() + axis, values.begin() + axis + 1, values.end() - 1);
        };
        toBack(m_walk.extents);
        toBack(m_walk.strides[0]);
        toBack(m_walk.strides[1]);
    }
}

void StridedCopy::run(const View& from, const View& to) const {
    withType(to.type, [&]<class T>(std::type_identity<T>) {
        const T* source = from.data<T>() + m_offset;
        T* target = to.data<T>();
        const std::size_t last = m_walk.extents.size() - 1;
        if (m_transposed) {
            forEachCell(m_walk, last - 1, [&](const auto& at) {
                copyTransposed(source + at[1], m_walk.strides[1][last], target + at[0], m_walk.strides[0][last - 1],
                               m_walk.extents[last - 1], m_walk.extents[last]);
            });
        } else {
            forEachRow(m_walk,
                       [&](const auto& at) { copyRow(source + at[1], m_walk.innerStride(1), target + at[0], m_walk.inner()); });
        }
    });
}

}  // namespace fovea::graph
