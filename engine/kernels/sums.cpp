#include "engine/kernels/sums.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Of>
std::vector<double> positionSums(const FeatureMap& x, Of&& of) {
    std::vector<double> totals(static_cast<std::size_t>(x.cells()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        std::transform(totals.begin(), totals.end(), x.row(c), totals.begin(),
                       [&](double total, float v) { return total + of(static_cast<double>(v)); });
    }
    return totals;
}

/// Σ a[n]·b[n], from `start` on and in the order of n.
double dot(const float* a, const float* b, int count, double start) {
    double total = start;
    for (int n = 0; n < count; ++n) {
        total += static_cast<double>(a[n]) * b[n];
    }
    return total;
}

}  // namespace

std::vector<double> channelMagnitudes(const FeatureMap& x, Magnitude of) {
    constexpr int kRun = 64;
    std::vector<double> totals(static_cast<std::size_t>(x.channels()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        for (int n = 0; n < x.cells(); n += kRun) {
            const Eigen::Map<const Eigen::ArrayXf> values(x.row(c) + n, std::min(kRun, x.cells() - n));
            totals[static_cast<std::size_t>(c)] += of == Magnitude::Square     ? values.square().sum()
                                                   : of == Magnitude::Absolute ? values.abs().sum()
                                                                               : values.sum();
        }
    }
    return totals;
}

std::vector<double> positionMagnitudes(const FeatureMap& x, Magnitude of) {
    switch (of) {
        case Magnitude::Square:
            return positionSums(x, [](double v) { return v * v; });
        case Magnitude::Absolute:
            return positionSums(x, [](double v) { return std::abs(v); });
        case Magnitude::Value:
            break;
    }
    return positionSums(x, [](double v) { return v; });
}

Vector weightedSums(const FeatureMap& x, const FeatureMap& weights) {
    assert(weights.channels() == 1 && weights.cells() == x.cells());
    Vector sums(static_cast<std::size_t>(x.channels()));
    for (int c = 0; c < x.channels(); ++c) {
        sums[static_cast<std::size_t>(c)] = static_cast<float>(dot(weights.data(), x.row(c), x.cells(), 0.0));
    }
    return sums;
}

Vector depthwiseSums(const FeatureMap& x, const Tensor& weight, const Tensor& bias) {
    const auto cells = static_cast<std::size_t>(x.cells());
    const std::size_t perChannel = weight.size() / x.size();
    assert(perChannel * x.size() == weight.size());
    Vector sums(perChannel * static_cast<std::size_t>(x.channels()));
    assert(bias.empty() || bias.size() == sums.size());
    for (std::size_t k = 0; k < sums.size(); ++k) {
        const double start = bias.empty() ? 0.0 : bias.values[k];
        const float* row = x.row(static_cast<int>(k / perChannel));
        sums[k] = static_cast<float>(dot(weight.values.data() + k * cells, row, x.cells(), start));
    }
    return sums;
}

Vector weightedRowSum(const Vector& weights, const Tensor& matrix) {
    assert(static_cast<std::size_t>(matrix.dim(0)) == weights.size());
    std::vector<double> total(static_cast<std::size_t>(matrix.dim(1)), 0.0);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double weight = weights[k];
        const float* row = matrix.values.data() + k * total.size();
        std::transform(total.begin(), total.end(), row, total.begin(), [weight](double t, float v) { return t + weight * v; });
    }
    Vector sum(total.size());
    std::transform(total.begin(), total.end(), sum.begin(), [](double t) { return static_cast<float>(t); });
    return sum;
}

std::vector<double> channelProducts(const FeatureMap& x) {
    constexpr int kRun = 256;
    const Eigen::Index channels = x.channels();
    const Eigen::Map<const Matrix> rows(x.data(), channels, x.cells());
    std::vector<double> products(static_cast<std::size_t>(channels * channels), 0.0);
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> total(products.data(), channels, channels);
    Matrix part(channels, channels);
    for (int first = 0; first < x.cells(); first += kRun) {
        const auto run = rows.middleCols(first, std::min(kRun, x.cells() - first));
        part.noalias() = run * run.transpose();
        total += part.cast<double>();
    }
    return products;
}

Tensor distanceToRowMaximum(const std::vector<double>& matrix, int columns) {
    const auto length = static_cast<std::size_t>(columns);
    assert(length >= 1 && matrix.size() % length == 0);
    Tensor out(Shape{1, static_cast<std::int64_t>(matrix.size() / length), columns});
    for (std::size_t start = 0; start < matrix.size(); start += length) {
        const double* row = matrix.data() + start;
        const double top = *std::max_element(row, row + length);
        std::transform(row, row + length, out.values.data() + start, [top](double v) { return static_cast<float>(top - v); });
    }
    return out;
}

}  // namespace fovea::ops
