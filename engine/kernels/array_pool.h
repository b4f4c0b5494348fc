#pragma once

#include <cstdint>

#include "engine/api.h"
#include "engine/kernels/window.h"

namespace fovea::kernels {

enum class PoolKind { Max, Average };

/// How windows of one plane become one value each. Every window reaches the input.
struct Pooling {
    PoolKind kind = PoolKind::Max;
    Axes axes;
    bool countPadding = false;  ///< an average counts the padding too
};

/// One plane; NaN in a window wins.
FOVEA_API void poolPlane(const Pooling& pooling, const float* in, float* out);
/// One value of `count` ≥ 1; NaN among them wins.
FOVEA_API float poolWhole(PoolKind kind, const float* values, std::int64_t count);

}  // namespace fovea::kernels
