#include "engine/kernels/array_resize.h"

#include <algorithm>
#include <type_traits>

namespace fovea::kernels {
namespace {

/// One place of the output: a run of `inner` neighbours, each the weighted sum of its taps.
template <class T>
void runPlace(const ResizePass& pass, std::size_t x, const T* from, T* to) {
    const std::int64_t inner = pass.from.inner;
    const std::int64_t* cells = &pass.cells[x * pass.taps];
    if (pass.taps == 1) {
        std::copy_n(from + cells[0] * inner, inner, to);
    } else if constexpr (std::is_same_v<T, float>) {
        const float* weights = &pass.weights[x * pass.taps];
        const float* a = from + cells[0] * inner;
        const float* b = from + cells[1] * inner;
        for (std::int64_t i = 0; i < inner; ++i) {
            to[i] = weights[0] * a[i] + weights[1] * b[i];
        }
        for (std::size_t tap = 2; tap < pass.taps; ++tap) {
            for (std::int64_t i = 0; i < inner; ++i) {
                to[i] += weights[tap] * from[cells[tap] * inner + i];
            }
        }
    }
}

/// A row whose places lie side by side.
template <class T>
void runRow(const ResizePass& pass, const T* from, T* to) {
    const std::size_t taps = pass.taps;
    for (std::size_t x = 0; x < static_cast<std::size_t>(pass.extent); ++x) {
        if constexpr (std::is_same_v<T, float>) {
            float sum = taps == 1 ? from[pass.cells[x]] : 0.0F;
            for (std::size_t tap = 0; taps > 1 && tap < taps; ++tap) {
                sum += pass.weights[x * taps + tap] * from[pass.cells[x * taps + tap]];
            }
            to[x] = sum;
        } else {
            to[x] = from[pass.cells[x]];
        }
    }
}

}  // namespace

template <class T>
void resize(const ResizePass& pass, const T* from, T* to) {
    const std::int64_t inner = pass.from.inner;
    for (std::int64_t outer = 0; outer < pass.from.outer; ++outer, from += pass.from.extent * inner, to += pass.extent * inner) {
        if (inner == 1) {
            runRow(pass, from, to);
            continue;
        }
        for (std::int64_t x = 0; x < pass.extent; ++x) {
            runPlace(pass, static_cast<std::size_t>(x), from, to + x * inner);
        }
    }
}

template void resize(const ResizePass&, const float*, float*);
template void resize(const ResizePass&, const std::int64_t*, std::int64_t*);
template void resize(const ResizePass&, const std::int32_t*, std::int32_t*);
template void resize(const ResizePass&, const bool*, bool*);

}  // namespace fovea::kernels
