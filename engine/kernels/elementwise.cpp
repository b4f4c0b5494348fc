#include "engine/kernels/elementwise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>

namespace fovea::ops {

void add(FeatureMap& x, const FeatureMap& term) {
    assert(x.size() == term.size());
    std::transform(x.data(), x.data() + x.size(), term.data(), x.data(), std::plus<>());
}

void scaleAndAdd(FeatureMap& x, float factor, const FeatureMap& term) {
    assert(x.size() == term.size());
    std::transform(x.data(), x.data() + x.size(), term.data(), x.data(), [factor](float v, float t) { return factor * v + t; });
}

void blend(FeatureMap& x, const FeatureMap& gate, const FeatureMap& y) {
    assert(x.size() == gate.size() && x.size() == y.size());
    float* values = x.data();
    const float* gates = gate.data();
    const float* others = y.data();
    for (std::size_t k = 0; k < x.size(); ++k) {
        values[k] = gates[k] * others[k] + (1.0F - gates[k]) * values[k];
    }
}

void scaleByOnePlus(FeatureMap& x, const FeatureMap& gate) {
    assert(x.size() == gate.size());
    std::transform(x.data(), x.data() + x.size(), gate.data(), x.data(), [](float v, float g) { return (1.0F + g) * v; });
}

void addToChannels(FeatureMap& x, const Vector& terms) {
    assert(static_cast<int>(terms.size()) == x.channels());
    for (int c = 0; c < x.channels(); ++c) {
        const float term = terms[static_cast<std::size_t>(c)];
        std::transform(x.row(c), x.row(c) + x.cells(), x.row(c), [term](float v) { return v + term; });
    }
}

FeatureMap multiply(const FeatureMap& x, const FeatureMap& gate) {
    assert(x.size() == gate.size());
    FeatureMap y(x.channels(), x.height(), x.width());
    multiply(x.data(), gate.data(), x.size(), y.data());
    return y;
}

void multiply(const float* a, const float* b, std::size_t count, float* out) noexcept {
    std::transform(a, a + count, b, out, std::multiplies<>());
}

void addScaled(float* sum, const float* values, std::size_t count, float factor) noexcept {
    std::transform(sum, sum + count, values, sum, [factor](float s, float v) { return s + factor * v; });
}

void scaleAndShift(float* values, std::size_t count, float factor, float term) noexcept {
    std::transform(values, values + count, values, [=](float v) { return v * factor + term; });
}

void multiplyByRatio(float* values, const float* numerator, const float* denominator, std::size_t count, float epsilon) noexcept {
    for (std::size_t k = 0; k < count; ++k) {
        values[k] *= numerator[k] / (denominator[k] + epsilon);
    }
}

void geluInPlace(float* values, std::size_t count) noexcept {
    constexpr double kInverseSqrt2 = 0.70710678118654752440;
    std::transform(values, values + count, values,
                   [](float x) { return static_cast<float>(0.5 * x * (1.0 + std::erf(x * kInverseSqrt2))); });
}

}  // namespace fovea::ops
