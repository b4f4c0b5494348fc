#pragma once

#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Banks of filters along one axis of a map.
namespace fovea::ops {

/// [N×length]: F[i,a] = exp(−(a − centres[i])²/(2·variance)) for a = 1 … length, divided by max(row sum, 1e-8).
FOVEA_API Tensor gaussianFilters(const std::vector<double>& centres, double variance, int length);
/// C×N×N: factor · down · x_c · acrossᵀ, with down [N×H] and across [N×W].
FOVEA_API FeatureMap readThrough(const FeatureMap& x, const Tensor& across, const Tensor& down, float factor);
/// 1×H×W: the weight of every cell in all values which `readThrough` gives of one channel: the column sums of `down` times those
/// of `across`.
FOVEA_API FeatureMap filterCoverage(const Tensor& across, const Tensor& down);

}  // namespace fovea::ops
