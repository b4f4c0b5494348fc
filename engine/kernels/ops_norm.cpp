#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

/// Softmax over `length` values which lie `step` apart.
void softmaxRun(float* values, std::size_t length, std::size_t step) {
    float top = values[0];
    for (std::size_t k = 1; k < length; ++k) {
        top = std::max(top, values[k * step]);
    }
    double total = 0.0;
    for (std::size_t k = 0; k < length; ++k) {
        values[k * step] = std::exp(values[k * step] - top);
        total += values[k * step];
    }
    for (std::size_t k = 0; k < length; ++k) {
        values[k * step] = static_cast<float>(values[k * step] / total);
    }
}

}  // namespace

void batchNorm(FeatureMap& x, const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var, float eps) {
    assert(static_cast<int>(weight.size()) == x.channels() && static_cast<int>(bias.size()) == x.channels());
    assert(static_cast<int>(mean.size()) == x.channels() && static_cast<int>(var.size()) == x.channels());
    for (int c = 0; c < x.channels(); ++c) {
        const double scale = weight.values[c] / std::sqrt(static_cast<double>(var.values[c]) + eps);
        const double centre = mean.values[c];
        const double shift = bias.values[c];
        float* row = x.row(c);
        for (int n = 0; n < x.cells(); ++n) {
            row[n] = static_cast<float>((row[n] - centre) * scale + shift);
        }
    }
}

void layerNorm(Vector& x, const Tensor& weight, const Tensor& bias, float eps) {
    assert(weight.size() == x.size() && bias.size() == x.size() && !x.empty());
    const double count = static_cast<double>(x.size());
    double mean = 0.0;
    for (const float v : x) {
        mean += v / count;
    }
    double variance = 0.0;
    for (const float v : x) {
        variance += (v - mean) * (v - mean) / count;
    }
    const double scale = 1.0 / std::sqrt(variance + eps);
    for (std::size_t k = 0; k < x.size(); ++k) {
        x[k] = static_cast<float>((x[k] - mean) * scale * weight.values[k] + bias.values[k]);
    }
}

void softmax(float* values, std::size_t count, std::size_t length) {
    assert(length >= 1 && count % length == 0);
    for (std::size_t start = 0; start < count; start += length) {
        softmaxRun(values + start, length, 1);
    }
}

void softmax(Tensor& x, std::size_t axis) {
    assert(axis < x.shape.size());
    const auto length = static_cast<std::size_t>(x.shape[axis]);
    std::size_t inner = 1;
    for (std::size_t k = axis + 1; k < x.shape.size(); ++k) {
        inner *= static_cast<std::size_t>(x.shape[k]);
    }
    for (std::size_t block = 0; block < x.size(); block += length * inner) {
        for (std::size_t k = 0; k < inner; ++k) {
            softmaxRun(x.values.data() + block + k, length, inner);
        }
    }
}

float hardSwish(float x) noexcept { return x * std::clamp(x + 3.0F, 0.0F, 6.0F) / 6.0F; }

void sigmoidInPlace(float* values, std::size_t count) noexcept {
    // In whole blocks, for Eigen computes single values another way: where an array lies and ends must not change its numbers.
    constexpr std::size_t kBlock = 64;
    Eigen::Array<float, kBlock, 1> block = decltype(block)::Zero();
    for (std::size_t start = 0; start < count; start += kBlock) {
        const std::size_t length = std::min(kBlock, count - start);
        std::copy_n(values + start, length, block.data());
        block = 1.0F / (1.0F + (-block).exp());
        std::copy_n(block.data(), length, values + start);
    }
}

void reluInPlace(float* values, std::size_t count) noexcept {
    // NaN stays NaN, so that broken weights are found instead of becoming zeros.
    std::transform(values, values + count, values, [](float v) { return v < 0.0F ? 0.0F : v; });
}

}  // namespace fovea::ops
