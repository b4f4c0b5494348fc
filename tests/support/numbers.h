#pragma once

#include <QString>
#include <cstdint>
#include <vector>

#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

namespace fovea::test {

/// `count` values, uniform in ±`size`; the same for the same seed.
std::vector<float> randomValues(std::size_t count, std::uint64_t seed, float size = 1.0F);
/// A map of such values.
FeatureMap randomMap(int channels, int height, int width, std::uint64_t seed, float size = 1.0F);
/// A tensor of such values.
Tensor randomTensor(const Shape& shape, std::uint64_t seed, float size = 1.0F);

/// The values of a map.
std::vector<float> valuesOf(const FeatureMap& map);

/// Largest absolute difference; NaN on either side or another length counts as infinite.
double maxDifference(const std::vector<float>& values, const std::vector<double>& expected);
double maxDifference(const std::vector<float>& values, const std::vector<float>& expected);

/// Empty when `values` equal `expected` within `tolerance`; else what differs, for QVERIFY2.
QString difference(const std::vector<float>& values, const std::vector<double>& expected, double tolerance);

}  // namespace fovea::test
