#pragma once

#include <cstdint>

#include "engine/api.h"
#include "engine/kernels/walk.h"

namespace fovea::kernels {

/// One number of each per channel.
struct BatchStatistics {
    const float* scale = nullptr;
    const float* bias = nullptr;
    const float* mean = nullptr;
    const float* variance = nullptr;
};
/// (x − mean)/√(variance + epsilon)·scale + bias, the channels along the axis.
FOVEA_API void batchNorm(const AroundAxis& around, const BatchStatistics& statistics, float epsilon, const float* x, float* y);

/// Rows of `count` values; scale and bias hold as many. What is absent is null.
struct LayerNorm {
    std::int64_t rows = 0;
    std::int64_t count = 0;
    float epsilon = 0.0F;
    const float* scale = nullptr;
    const float* bias = nullptr;  ///< may be absent
    float* means = nullptr;       ///< may be absent: where the mean of each row goes
    float* factors = nullptr;     ///< may be absent: where 1/√(variance + epsilon) of each row goes
};
FOVEA_API void layerNorm(const LayerNorm& norm, const float* x, float* y);

/// Groups of neighbouring channels, each with its own mean and variance. No extent is 0.
struct GroupNorm {
    std::int64_t images = 0;
    std::int64_t groups = 0;
    std::int64_t members = 0;  ///< channels of a group
    std::int64_t cells = 0;
    float epsilon = 0.0F;
    bool perGroup = false;  ///< scale and bias hold one number per group, not per channel
    const float* scale = nullptr;
    const float* bias = nullptr;
};
FOVEA_API void groupNorm(const GroupNorm& norm, const float* x, float* y);

/// Divided by the sum of magnitudes (power 1) or the root of the sum of squares (power 2) along the axis; 0 stays 0. `inner` is
/// not 0.
FOVEA_API void lpNorm(const AroundAxis& around, std::int64_t power, const float* x, float* y);

}  // namespace fovea::kernels
