#pragma once

#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Features described by a few vectors of their own length.
namespace fovea::ops {

/// Result of `encodeResiduals`.
struct ResidualEncoding {
    FeatureMap assignment;  ///< K×H×W; every position sums to 1 over the K codewords
    FeatureMap sums;        ///< K×1×C
};
/// A_kn = softmax over k of scales[k]·‖f_n − c_k‖² and E_k = Σ_n A_kn·(f_n − c_k), in double: with large features the squares are
/// large and their differences are not. features: C×H×W; codewords [K×C]; scales [K].
FOVEA_API ResidualEncoding encodeResiduals(const FeatureMap& features, const Tensor& codewords, const Tensor& scales);

/// [C×K]: column k is Σ_n weights[k,n]·f_n / (epsilon + Σ_n weights[k,n]), then divided by epsilon + its length. features: C×H×W;
/// weights: K×H×W.
FOVEA_API Tensor unitMeans(const FeatureMap& features, const FeatureMap& weights, float epsilon);

}  // namespace fovea::ops
