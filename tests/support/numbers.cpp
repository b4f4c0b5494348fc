#include "tests/support/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace fovea::test {

std::vector<float> randomValues(std::size_t count, std::uint64_t seed, float size) {
    std::mt19937_64 engine(seed);
    std::vector<float> values(count);
    for (float& v : values) {
        v = size * (static_cast<float>(engine() >> 40) / 8388608.0F - 1.0F);
    }
    return values;
}

FeatureMap randomMap(int channels, int height, int width, std::uint64_t seed, float size) {
    FeatureMap map(channels, height, width);
    const auto values = randomValues(map.size(), seed, size);
    std::copy(values.begin(), values.end(), map.data());
    return map;
}

Tensor randomTensor(const Shape& shape, std::uint64_t seed, float size) {
    return {shape, randomValues(Tensor::count(shape), seed, size)};
}

std::vector<float> valuesOf(const FeatureMap& map) { return {map.data(), map.data() + map.size()}; }

double maxDifference(const std::vector<float>& values, const std::vector<double>& expected) {
    if (values.size() != expected.size()) {
        return std::numeric_limits<double>::infinity();
    }
    double worst = 0.0;
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double d = std::abs(values[k] - expected[k]);
        worst = std::isnan(d) ? std::numeric_limits<double>::infinity() : std::max(worst, d);
    }
    return worst;
}

double maxDifference(const std::vector<float>& values, const std::vector<float>& expected) {
    return maxDifference(values, std::vector<double>(expected.begin(), expected.end()));
}

QString difference(const std::vector<float>& values, const std::vector<double>& expected, double tolerance) {
    if (values.size() != expected.size()) {
        return QStringLiteral("%1 values where %2 are expected").arg(values.size()).arg(expected.size());
    }
    const double worst = maxDifference(values, expected);
    return worst <= tolerance ? QString() : QStringLiteral("differs by %1, more than %2").arg(worst).arg(tolerance);
}

}  // namespace fovea::test
