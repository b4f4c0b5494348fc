#pragma once

#include "engine/api.h"
#include "engine/kernels/walk.h"

namespace fovea::kernels {

/// Softmax along one axis, or its logarithm. x and y lie apart.
FOVEA_API void softmax(const AroundAxis& around, const float* x, float* y);
FOVEA_API void logSoftmax(const AroundAxis& around, const float* x, float* y);

}  // namespace fovea::kernels
