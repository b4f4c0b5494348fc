#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/api.h"
#include "engine/kernels/walk.h"

namespace fovea::kernels {

/// One axis is resized at a time: for every place of the output, `taps` cells of the input and their weights.
struct ResizePass {
    AroundAxis from;
    std::int64_t extent = 0;
    std::size_t taps = 1;
    std::vector<std::int64_t> cells;
    std::vector<float> weights;
};

/// Of float, int64, int32 or bool; all but float with one tap, which is copied.
template <class T>
FOVEA_API void resize(const ResizePass& pass, const T* from, T* to);

}  // namespace fovea::kernels
