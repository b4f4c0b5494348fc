#include "engine/kernels/dense_product.h"

#include <Eigen/Core>

#include "engine/kernels/tile_product.h"

namespace fovea::kernels {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
using Any = Eigen::Map<const RowMajor, 0, AnyStride>;
using AnyVector = Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<>>;

/// y = M·x, where M is rows × depth. Eigen has a fast way for either order of M when it knows which one it is.
void timesVector(const Matrix& m, std::int64_t rows, std::int64_t depth, const float* x, std::int64_t xStride, float* y,
                 std::int64_t yStride) {
    const AnyVector vector(x, depth, Eigen::InnerStride<>(xStride));
    Eigen::Map<Eigen::VectorXf, 0, Eigen::InnerStride<>> out(y, rows, Eigen::InnerStride<>(yStride));
    if (m.columnStride == 1) {
        out.noalias() =
            Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>(m.data, rows, depth, Eigen::OuterStride<>(m.rowStride)) * vector;
    } else {
        out.noalias() = Eigen::Map<const Eigen::MatrixXf, 0, Eigen::OuterStride<>>(m.data, rows, depth,
                                                                                   Eigen::OuterStride<>(m.columnStride)) *
                        vector;
    }
}

}  // namespace

std::int64_t DenseProduct::packedFloats() const { return tile::PackedColumns::count(m_sizes.depth, m_sizes.columns); }

void DenseProduct::pack(const Matrix& b, float* packed) const {
    tile::PackedColumns::pack(b, m_sizes.depth, m_sizes.columns, packed);
}

std::int64_t DenseProduct::scratchFloats(bool packedB) const {
    if (byVector()) {
        return 0;
    }
    const std::int64_t rows = tile::roundUp(m_sizes.rows, tile::kRows) * m_sizes.depth;
    return tile::roundUp(rows, kAligned) + (packedB ? 0 : tile::blockCount(m_sizes));
}

void DenseProduct::run(const Matrix& a, const Matrix& b, const float* packedB, float* c, const float* columnBias, float* scratch,
                       const std::stop_token& stop) const {
    const auto [rows, columns, depth] = m_sizes;
    if (byVector()) {
        if (rows == 1) {
            timesVector({b.data, b.columnStride, b.rowStride}, columns, depth, a.data, a.columnStride, c, 1);
        } else {
            timesVector(a, rows, depth, b.data, b.rowStride, c, 1);
        }
        if (columnBias != nullptr) {
            Eigen::Map<RowMajor>(c, rows, columns).rowwise() += Eigen::Map<const Eigen::RowVectorXf>(columnBias, columns);
        }
        return;
    }
    tile::Ending ending;
    ending.columnBias = columnBias;
    float* block = scratch + tile::roundUp(tile::roundUp(rows, tile::kRows) * depth, kAligned);
    tile::packRows(a, rows, depth, scratch);
    if (packedB != nullptr) {
        tile::multiply(m_sizes, scratch, tile::PackedColumns(packedB, columns), {c, columns}, ending, block, stop);
    } else {
        tile::multiply(m_sizes, scratch, tile::LooseColumns(b), {c, columns}, ending, block, stop);
    }
}

void addScaled(const Matrix& c, std::int64_t rows, std::int64_t columns, float factor, float* y) {
    for (std::int64_t i = 0; i < rows; ++i) {
        Eigen::Map<Eigen::ArrayXf> row(y + i * columns, columns);
        const float* from = c.data + i * c.rowStride;
        if (c.columnStride == 0) {
            row += factor * from[0];
        } else {
            row += factor * Eigen::Map<const Eigen::ArrayXf>(from, columns);
        }
    }
}

}  // namespace fovea::kernels
