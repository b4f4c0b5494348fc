#pragma once

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

namespace fovea::ops {

/// 1×H×W: Σ_c weights[c]·x[c,·], with a weight for each channel. Sums run in double.
FOVEA_API FeatureMap channelSum(const FeatureMap& x, const float* weights);

}  // namespace fovea::ops
