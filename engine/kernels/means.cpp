#include "engine/kernels/means.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::ops {
namespace {

using Matrix = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace

void addShare(float* sums, const float* values, std::size_t count, int parts) {
    for (std::size_t k = 0; k < count; ++k) {
        sums[k] += values[k] / static_cast<float>(parts);
    }
}

void addNumbers(double* sums, int* counts, const float* values, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        if (!std::isnan(values[k])) {
            sums[k] += static_cast<double>(values[k]);
            ++counts[k];
        }
    }
}

void meansOfNumbers(const double* sums, const int* counts, std::size_t count, float* means) {
    for (std::size_t k = 0; k < count; ++k) {
        means[k] = counts[k] > 0 ? static_cast<float>(sums[k] / counts[k]) : std::numeric_limits<float>::quiet_NaN();
    }
}

void keepLarger(float* kept, const float* values, std::size_t count) {
    std::transform(kept, kept + count, values, kept, [](float a, float b) { return std::max(a, b); });
}

void keepSmaller(float* kept, const float* values, std::size_t count) {
    std::transform(kept, kept + count, values, kept, [](float a, float b) { return std::min(a, b); });
}

void meansOfRows(const float* matrix, int rows, int columns, float* means) {
    Eigen::Map<Eigen::VectorXf>(means, rows) = Matrix(matrix, rows, columns).rowwise().mean();
}

void meansOfColumns(const float* matrix, int rows, int columns, float* means) {
    Eigen::Map<Eigen::VectorXf>(means, columns) = Matrix(matrix, rows, columns).colwise().mean().transpose();
}

}  // namespace fovea::ops
