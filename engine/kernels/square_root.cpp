#include "engine/kernels/square_root.h"

#include <Eigen/Core>
#include <cassert>
#include <cmath>

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

std::optional<std::vector<double>> squareRoot(const std::vector<double>& s, int n, int iterations, const std::stop_token& stop) {
    assert(s.size() == static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
    const Eigen::Map<const Matrix> stored(s.data(), n, n);
    const double trace = stored.trace();
    const Matrix identity = Matrix::Identity(n, n);
    const Matrix a = stored / trace;
    Matrix z = 1.5 * identity - 0.5 * a;
    Matrix y = a * z;
    for (int k = 1; k < iterations; ++k) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const Matrix step = 1.5 * identity - 0.5 * (z * y);
        y = y * step;
        if (k + 1 < iterations) {
            z = step * z;
        }
    }
    std::vector<double> root(s.size());
    Eigen::Map<Matrix>(root.data(), n, n) = std::sqrt(trace) * y;
    return root;
}

std::vector<double> columnMeans(const std::vector<double>& matrix, int n) {
    assert(matrix.size() == static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
    const Eigen::Map<const Matrix> m(matrix.data(), n, n);
    std::vector<double> means(static_cast<std::size_t>(n));
    for (int c = 0; c < n; ++c) {
        means[static_cast<std::size_t>(c)] = m.col(c).mean();
    }
    return means;
}

}  // namespace fovea::ops
