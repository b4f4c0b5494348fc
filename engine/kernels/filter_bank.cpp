#include "engine/kernels/filter_bank.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/product.h"

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Matrix>;

ConstRows bankOf(const Tensor& filters) { return {filters.values.data(), filters.dim(0), filters.dim(1)}; }

}  // namespace

Tensor gaussianFilters(const std::vector<double>& centres, double variance, int length) {
    Tensor filters(Shape{static_cast<std::int64_t>(centres.size()), length});
    Eigen::Map<Matrix> bank(filters.values.data(), filters.dim(0), length);
    Eigen::ArrayXd row(length);
    for (Eigen::Index i = 0; i < bank.rows(); ++i) {
        const double mu = centres[static_cast<std::size_t>(i)];
        for (int a = 1; a <= length; ++a) {
            row[a - 1] = std::exp(-(a - mu) * (a - mu) / (2.0 * variance));
        }
        bank.row(i) = (row / std::max(row.sum(), 1e-8)).matrix().transpose().cast<float>();
    }
    return filters;
}

FeatureMap readThrough(const FeatureMap& x, const Tensor& across, const Tensor& down, float factor) {
    const int side = across.dim(0);
    assert(across.dim(1) == x.width() && down.dim(0) == side && down.dim(1) == x.height());
    const ConstMatrixView lines(x.data(), x.channels() * x.height(), x.width(), x.width());
    const Tensor rows = product(lines, transposed(matrixOf(across)));
    FeatureMap out(x.channels(), side, side);
    for (int c = 0; c < x.channels(); ++c) {
        scaledProduct(factor, matrixOf(down), rowsOf(matrixOf(rows), c * x.height(), x.height()), {out.row(c), side, side, side});
    }
    return out;
}

FeatureMap filterCoverage(const Tensor& across, const Tensor& down) {
    FeatureMap weight(1, down.dim(1), across.dim(1));
    Eigen::Map<Matrix>(weight.data(), weight.height(), weight.width()).noalias() =
        bankOf(down).colwise().sum().transpose() * bankOf(across).colwise().sum();
    return weight;
}

}  // namespace fovea::ops
