#pragma once

#include <cstddef>

#include "engine/api.h"
#include "engine/kernels/ops.h"
#include "engine/tensor/feature_map.h"

/// Values put in relation to a mean, a spread or a sum.
namespace fovea::ops {

/// Divides every position by `least` + its sum over the channels, in place.
FOVEA_API void normalizeChannels(FeatureMap& x, double least);

/// (x[c,·] − centres[c])² / divisors[c] + term.
FOVEA_API FeatureMap squaredDistances(const FeatureMap& x, const Vector& centres, const Vector& divisors, float term);

/// groups×H×W: u = (t − mean t)/(std t + epsilon) over the positions, where t_n = Σ_c weights[c]·x[c,n] over the channels of the
/// group. The groups are equal runs of channels. In double, so that u is 0 where t is constant.
FOVEA_API FeatureMap standardizedGroups(const FeatureMap& x, const Vector& weights, int groups, double epsilon);

/// A normalised channel and what is made from it: gain·((x − mean)·scale + shift) + bias, in double.
struct NormalizedChannel {
    double mean = 0.0;
    double scale = 1.0;
    double shift = 0.0;
    double gain = 1.0;
    double bias = 0.0;
};
FOVEA_API void normalize(const float* x, std::size_t count, const NormalizedChannel& channel, float* out) noexcept;

}  // namespace fovea::ops
