#pragma once

#include <vector>

#include "engine/api.h"
#include "engine/kernels/ops.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Sums over the positions or the channels of a map. They run in double where nothing else is said.
namespace fovea::ops {

/// A sum adds the values themselves, their magnitudes, or their squares.
enum class Magnitude { Value, Absolute, Square };
/// [C]: over the positions; short runs in float, their sums in double.
FOVEA_API std::vector<double> channelMagnitudes(const FeatureMap& x, Magnitude of);
/// [H·W]: over the channels.
FOVEA_API std::vector<double> positionMagnitudes(const FeatureMap& x, Magnitude of);

/// [C]: Σ_n weights[n]·x[c,n], weights 1×H×W.
FOVEA_API Vector weightedSums(const FeatureMap& x, const FeatureMap& weights);
/// [C·F]: Σ_n weight[c·F + f, n]·x[c,n] + bias[c·F + f]: depth-wise kernels as large as the map, F of them for each channel.
/// `weight` holds C·F·H·W values; `bias` [C·F] or empty.
FOVEA_API Vector depthwiseSums(const FeatureMap& x, const Tensor& weight, const Tensor& bias);

/// [columns]: Σ_k weights[k]·matrix[k,·], matrix [rows×columns].
FOVEA_API Vector weightedRowSum(const Vector& weights, const Tensor& matrix);

/// [C×C], row-major: X·Xᵀ. Runs of positions are multiplied in float and added up in double.
FOVEA_API std::vector<double> channelProducts(const FeatureMap& x);
/// [1×rows×columns]: the largest value of its row less each value of a row-major matrix, taken in double.
FOVEA_API Tensor distanceToRowMaximum(const std::vector<double>& matrix, int columns);

}  // namespace fovea::ops
