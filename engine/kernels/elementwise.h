#pragma once

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

/// Arithmetic of each value by itself. Two maps of one call have the same shape.
namespace fovea::ops {

/// x = x + term.
FOVEA_API void add(FeatureMap& x, const FeatureMap& term);

}  // namespace fovea::ops
