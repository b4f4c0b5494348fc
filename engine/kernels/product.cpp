#include "engine/kernels/product.h"

#include <Eigen/Core>
#include <cassert>

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using ConstRows = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

Rows rowsFrom(const MatrixView& m) { return {m.values, m.rows, m.columns, Eigen::OuterStride<>(m.stride)}; }
ConstRows rowsFrom(const ConstMatrixView& m) { return {m.values, m.rows, m.columns, Eigen::OuterStride<>(m.stride)}; }

/// Calls run(a, b) with both factors as they enter the product.
template <class Run>
void withFactors(const ConstMatrixView& a, const ConstMatrixView& b, Run&& run) {
    assert(!(a.transposed && b.transposed));
    const ConstRows left = rowsFrom(a);
    const ConstRows right = rowsFrom(b);
    if (a.transposed) {
        run(left.transpose(), right);
    } else if (b.transposed) {
        run(left, right.transpose());
    } else {
        run(left, right);
    }
}

}  // namespace

Tensor product(const ConstMatrixView& a, const ConstMatrixView& b) {
    Tensor out(Shape{a.transposed ? a.columns : a.rows, b.transposed ? b.rows : b.columns});
    product(a, b, matrixOf(out));
    return out;
}

void product(const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out) {
    withFactors(a, b, [&](const auto& left, const auto& right) { rowsFrom(out).noalias() = left * right; });
}

void scaledProduct(float factor, const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out) {
    withFactors(a, b, [&](const auto& left, const auto& right) { rowsFrom(out).noalias() = (factor * left) * right; });
}

void addProduct(float factor, const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out) {
    withFactors(a, b, [&](const auto& left, const auto& right) { rowsFrom(out).noalias() += (factor * left) * right; });
}

}  // namespace fovea::ops
