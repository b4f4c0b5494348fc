#include "engine/kernels/array_norm.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace fovea::kernels {
namespace {

using Values = Eigen::Map<const Eigen::ArrayXf>;
using Target = Eigen::Map<Eigen::ArrayXf>;

struct Moments {
    double mean = 0.0;
    double variance = 0.0;
};

/// Mean and variance in two passes; short blocks are summed in float, the blocks in double.
Moments momentsOf(const float* x, std::int64_t count) {
    constexpr std::int64_t kBlock = 256;
    const auto sum = [&](auto&& ofBlock) {
        double total = 0.0;
        for (std::int64_t first = 0; first < count; first += kBlock) {
            total += static_cast<double>(ofBlock(Values(x + first, std::min(kBlock, count - first))));
        }
        return total / static_cast<double>(count);
    };
    Moments moments;
    moments.mean = sum([](const Values& block) { return block.sum(); });
    const auto mean = static_cast<float>(moments.mean);
    moments.variance = sum([mean](const Values& block) { return (block - mean).square().sum(); });
    return moments;
}

float inverseDeviation(double variance, float epsilon) {
    return static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon)));
}

}  // namespace

void batchNorm(const AroundAxis& around, const BatchStatistics& statistics, float epsilon, const float* x, float* y) {
    const std::int64_t run = around.inner;
    for (std::int64_t outer = 0; outer < around.outer; ++outer) {
        for (std::int64_t c = 0; c < around.extent; ++c) {
            const std::int64_t at = (outer * around.extent + c) * run;
            const float scale = statistics.scale[c] * inverseDeviation(static_cast<double>(statistics.variance[c]), epsilon);
            const float shift = statistics.bias[c] - statistics.mean[c] * scale;
            Target(y + at, run) = Values(x + at, run) * scale + shift;
        }
    }
}

void layerNorm(const LayerNorm& norm, const float* x, float* y) {
    const Values scale(norm.scale, norm.count);
    for (std::int64_t row = 0; row < norm.rows; ++row) {
        const Values from(x + row * norm.count, norm.count);
        const Moments moments = momentsOf(from.data(), norm.count);
        const auto mean = static_cast<float>(moments.mean);
        const float factor = inverseDeviation(moments.variance, norm.epsilon);
        Target to(y + row * norm.count, norm.count);
        if (norm.bias != nullptr) {
            to = (from - mean) * factor * scale + Values(norm.bias, norm.count);
        } else {
            to = (from - mean) * factor * scale;
        }
        if (norm.means != nullptr) {
            norm.means[row] = mean;
        }
        if (norm.factors != nullptr) {
            norm.factors[row] = factor;
        }
    }
}

void groupNorm(const GroupNorm& norm, const float* x, float* y) {
    for (std::int64_t group = 0; group < norm.images * norm.groups; ++group) {
        const std::int64_t first = group * norm.members * norm.cells;
        const Moments moments = momentsOf(x + first, norm.members * norm.cells);
        const float factor = inverseDeviation(moments.variance, norm.epsilon);
        for (std::int64_t member = 0; member < norm.members; ++member) {
            const std::int64_t own = group % norm.groups;
            const std::int64_t which = norm.perGroup ? own : own * norm.members + member;
            const std::int64_t at = first + member * norm.cells;
            Target(y + at, norm.cells) =
                (Values(x + at, norm.cells) - static_cast<float>(moments.mean)) * (factor * norm.scale[which]) + norm.bias[which];
        }
    }
}

void lpNorm(const AroundAxis& around, std::int64_t power, const float* x, float* y) {
    for (std::int64_t cell = 0; cell < around.outer * around.inner; ++cell) {
        const std::int64_t first = cell / around.inner * around.extent * around.inner + cell % around.inner;
        const float* from = x + first;
        float* to = y + first;
        double sum = 0.0;
        for (std::int64_t i = 0; i < around.extent; ++i) {
            const auto value = static_cast<double>(from[i * around.inner]);
            sum += power == 1 ? std::abs(value) : value * value;
        }
        const double norm = power == 1 ? sum : std::sqrt(sum);
        for (std::int64_t i = 0; i < around.extent; ++i) {
            const auto value = static_cast<double>(from[i * around.inner]);
            to[i * around.inner] = norm == 0.0 ? 0.0F : static_cast<float>(value / norm);
        }
    }
}

}  // namespace fovea::kernels
