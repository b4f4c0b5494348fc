#pragma once

#include <array>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

/// Values read between or over the cells of a map.
namespace fovea::ops {

/// Four cells and their weights.
struct FourTaps {
    std::array<int, 4> cells = {};
    std::array<float, 4> weights = {};
};
/// C×height×width: y[c,n] = Σ_k weights[k]·x[c, cells[k]] of taps[n], summed from the first tap on.
FOVEA_API FeatureMap sampleTaps(const FeatureMap& x, const std::vector<FourTaps>& taps, int height, int width);

/// Writes C×count×count values: the means over the equal blocks of a square of `side` cells whose first cell is (left, top).
/// Outside the map is 0. Sums run in double.
FOVEA_API void blockMeans(const FeatureMap& x, int left, int top, int side, int count, float* out);

}  // namespace fovea::ops
