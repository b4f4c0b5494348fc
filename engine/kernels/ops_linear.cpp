#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/ops.h"

namespace fovea::ops {

Vector linear(const Vector& x, const Tensor& weight, const Tensor& bias) {
    const std::size_t inputs = x.size();
    const std::size_t outputs = static_cast<std::size_t>(weight.dim(0));
    assert(weight.size() == inputs * outputs);
    assert(bias.empty() || bias.size() == outputs);
    Vector y(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
        const float* row = weight.values.data() + o * inputs;
        double total = bias.empty() ? 0.0 : bias.values[o];
        for (std::size_t k = 0; k < inputs; ++k) {
            total += static_cast<double>(row[k]) * x[k];
        }
        y[o] = static_cast<float>(total);
    }
    return y;
}

Vector conv1d(const Vector& x, const Tensor& weight) {
    const int length = static_cast<int>(x.size());
    const int taps = static_cast<int>(weight.size());
    assert(taps >= 1);
    const int padding = (taps - 1) / 2;
    Vector y(x.size());
    for (int c = 0; c < length; ++c) {
        double total = 0.0;
        for (int t = std::max(0, padding - c); t < std::min(taps, length + padding - c); ++t) {
            total += static_cast<double>(weight.values[t]) * x[c + t - padding];
        }
        y[c] = static_cast<float>(total);
    }
    return y;
}

FeatureMap scaleChannels(const FeatureMap& x, const Vector& gate) {
    assert(static_cast<int>(gate.size()) == x.channels());
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) {
        const float factor = gate[c];
        std::transform(x.row(c), x.row(c) + x.cells(), y.row(c), [factor](float v) { return v * factor; });
    }
    return y;
}

FeatureMap scalePositions(const FeatureMap& x, const FeatureMap& gate) {
    assert(gate.channels() == 1 && gate.cells() == x.cells());
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) {
        std::transform(x.row(c), x.row(c) + x.cells(), gate.data(), y.row(c), [](float v, float g) { return v * g; });
    }
    return y;
}

Tensor toTensor(const Vector& x) { return {{static_cast<std::int64_t>(x.size())}, x}; }

FeatureMap toMap(const Vector& x) {
    FeatureMap y(static_cast<int>(x.size()), 1, 1);
    std::copy(x.begin(), x.end(), y.data());
    return y;
}

Tensor toTensor(const FeatureMap& x, bool squeeze) {
    Shape shape{x.height(), x.width()};
    if (!squeeze || x.channels() != 1) {
        shape.insert(shape.begin(), x.channels());
    }
    return {std::move(shape), std::vector<float>(x.data(), x.data() + x.size())};
}

}  // namespace fovea::ops
