#pragma once

#include <cstdint>

#include "engine/kernels/walk.h"

namespace fovea::kernels {

/// y = f(a, b) along a row; a stride is 1, or 0 where the array repeats. One of the strides is 1.
template <class A, class B, class R, class F>
void binaryRow(const A* a, std::int64_t aStride, const B* b, std::int64_t bStride, R* y, std::int64_t count, F f) {
    if (aStride != 0 && bStride != 0) {
        for (std::int64_t i = 0; i < count; ++i) {
            y[i] = f(a[i], b[i]);
        }
    } else if (aStride != 0) {
        const B value = *b;
        for (std::int64_t i = 0; i < count; ++i) {
            y[i] = f(a[i], value);
        }
    } else {
        const A value = *a;
        for (std::int64_t i = 0; i < count; ++i) {
            y[i] = f(value, b[i]);
        }
    }
}

/// y = f(a, b) along a collapsed walk over y, a and b.
template <class A, class B, class R, class F>
void binaryRows(const Strided<3>& walk, const A* a, const B* b, R* y, F f) {
    forEachRow(walk, [&](const auto& at) {
        binaryRow(a + at[1], walk.innerStride(1), b + at[2], walk.innerStride(2), y + at[0], walk.inner(), f);
    });
}

}  // namespace fovea::kernels
