#pragma once

#include <stop_token>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Self-attention within windows of side×side tokens.
namespace fovea::ops {

/// The terms which are added to the scaled products of queries and keys.
struct WindowTerms {
    int side = 1;
    const Tensor* bias = nullptr;  ///< [(2·side − 1)²×heads]: one row per offset between query and key, heads side by side
    const std::vector<int>* regions = nullptr;  ///< [windows·tokens] or empty: −100 between tokens of different regions
};
/// Per window and head, in the rows h·d … h·d+d−1 of the thirds q, k, v of `qkv` (3C × windows × tokens):
///   weights = softmax over keys of qᵀ·k / √d + bias + mask,  gathered = v·weightsᵀ.
/// weights: [windows×heads×tokens×tokens]; gathered: C × windows × tokens. Runs in parallel; false when `stop` was requested.
FOVEA_API bool attendWindows(const FeatureMap& qkv, int heads, const WindowTerms& terms, const std::stop_token& stop,
                             float* weights, FeatureMap& gathered);

}  // namespace fovea::ops
