#include "engine/kernels/codewords.h"

#include <Eigen/Core>
#include <cassert>

namespace fovea::ops {
namespace {

using Stored = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Stored>;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

ConstRows rowsFrom(const FeatureMap& x) { return {x.data(), x.channels(), x.cells()}; }

/// A as K×N.
Matrix assignmentTo(const Matrix& codewords, const Matrix& features, const std::vector<float>& scale) {
    Matrix a = -2.0 * (codewords * features);
    a.rowwise() += features.colwise().squaredNorm();
    a.colwise() += codewords.rowwise().squaredNorm();
    for (Eigen::Index k = 0; k < a.rows(); ++k) {
        a.row(k) *= static_cast<double>(scale[static_cast<std::size_t>(k)]);
    }
    const Eigen::RowVectorXd top = a.colwise().maxCoeff();
    a = (a.rowwise() - top).array().exp().matrix();
    const Eigen::RowVectorXd total = a.colwise().sum();
    a.array().rowwise() /= total.array();
    return a;
}

/// As channels × height × width.
FeatureMap mapOf(const Matrix& m, int height, int width) {
    FeatureMap y(static_cast<int>(m.rows()), height, width);
    Eigen::Map<Stored>(y.data(), m.rows(), m.cols()) = m.cast<float>();
    return y;
}

}  // namespace

ResidualEncoding encodeResiduals(const FeatureMap& features, const Tensor& codewords, const Tensor& scales) {
    assert(codewords.dim(1) == features.channels() && static_cast<int>(scales.size()) == codewords.dim(0));
    const Matrix f = rowsFrom(features).cast<double>();
    const Matrix c = ConstRows(codewords.values.data(), codewords.dim(0), codewords.dim(1)).cast<double>();
    const Matrix a = assignmentTo(c, f, scales.values);
    Matrix sums = a * f.transpose();
    sums -= a.rowwise().sum().asDiagonal() * c;
    return {mapOf(a, features.height(), features.width()), mapOf(sums, 1, features.channels())};
}

Tensor unitMeans(const FeatureMap& features, const FeatureMap& weights, float epsilon) {
    assert(features.cells() == weights.cells());
    Tensor means(Shape{features.channels(), weights.channels()});
    Eigen::Map<Stored> m(means.values.data(), features.channels(), weights.channels());
    m.noalias() = rowsFrom(features) * rowsFrom(weights).transpose();
    for (int k = 0; k < weights.channels(); ++k) {
        const auto total = static_cast<float>(rowsFrom(weights).row(k).cast<double>().sum());
        m.col(k) /= epsilon + total;
        m.col(k) /= epsilon + m.col(k).norm();
    }
    return means;
}

}  // namespace fovea::ops
