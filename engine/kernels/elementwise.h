#pragma once

#include <cstddef>

#include "engine/api.h"
#include "engine/kernels/ops.h"
#include "engine/tensor/feature_map.h"

/// Arithmetic of each value by itself. Two maps of one call have the same shape.
namespace fovea::ops {

/// x = x + term.
FOVEA_API void add(FeatureMap& x, const FeatureMap& term);
/// x = factor·x + term.
FOVEA_API void scaleAndAdd(FeatureMap& x, float factor, const FeatureMap& term);
/// x = gate·y + (1 − gate)·x.
FOVEA_API void blend(FeatureMap& x, const FeatureMap& gate, const FeatureMap& y);
/// x = (1 + gate)·x.
FOVEA_API void scaleByOnePlus(FeatureMap& x, const FeatureMap& gate);
/// x[c,·] = x[c,·] + terms[c].
FOVEA_API void addToChannels(FeatureMap& x, const Vector& terms);
/// x · gate.
FOVEA_API FeatureMap multiply(const FeatureMap& x, const FeatureMap& gate);

// Runs of `count` values; what is written may be one of the runs which are read.
/// out = a · b.
FOVEA_API void multiply(const float* a, const float* b, std::size_t count, float* out) noexcept;
/// sum = sum + factor·values.
FOVEA_API void addScaled(float* sum, const float* values, std::size_t count, float factor) noexcept;
/// values = factor·values + term.
FOVEA_API void scaleAndShift(float* values, std::size_t count, float factor, float term) noexcept;
/// values = values · numerator / (denominator + epsilon), the division first.
FOVEA_API void multiplyByRatio(float* values, const float* numerator, const float* denominator, std::size_t count,
                               float epsilon) noexcept;
/// GELU of each value, in place; exact erf form.
FOVEA_API void geluInPlace(float* values, std::size_t count) noexcept;

}  // namespace fovea::ops
