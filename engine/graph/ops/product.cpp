#include "engine/graph/ops/product.h"

#include <Eigen/Core>
#include <algorithm>
#include <utility>

#include "engine/graph/kernel.h"

namespace fovea::graph {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
using Any = Eigen::Map<const RowMajor, 0, AnyStride>;
using AnyVector = Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<>>;

/// y = M·x, where M is rows × depth. Eigen has a fast way for either order of M when it knows which one it is.
void timesVector(const tile::Matrix& m, std::int64_t rows, std::int64_t depth, const float* x, std::int64_t xStride, float* y,
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

std::int64_t DenseProduct::scratchFloats(bool constantB) const {
    if (byVector()) {
        return 0;
    }
    const std::int64_t rows = tile::roundUp(m_sizes.rows, tile::kRows) * m_sizes.depth;
    return tile::roundUp(rows, kAligned) + (constantB ? 0 : tile::blockCount(m_sizes));
}

void DenseProduct::run(const tile::Matrix& a, const tile::Matrix& b, const float* packedB, float* c, const float* columnBias,
                       float* scratch, const std::stop_token& stop) const {
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

Array packColumnsOnce(const Array& b, const tile::Matrix& matrix, std::int64_t batch, std::int64_t depth, std::int64_t columns) {
    const std::int64_t each = tile::PackedColumns::count(depth, columns);
    Array packed(ElementType::Float, {batch, each});
    for (std::int64_t i = 0; i < batch; ++i) {
        tile::PackedColumns::pack({b.data<float>() + i * depth * columns, matrix.rowStride, matrix.columnStride}, depth, columns,
                                  packed.data<float>() + i * each);
    }
    return packed;
}

Result<void> checkFactors(const std::vector<InputInfo>& inputs, std::size_t most) {
    if (inputs.size() < 2 || inputs.size() > most || !inputs[0].present || !inputs[1].present) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "it has too few or too many inputs"));
    }
    for (const auto& input : inputs) {
        if (input.present && input.info.type != ElementType::Float) {
            return typeError(input.info.type);
        }
        if (input.present && !checkedBytes(ElementType::Float, input.info.shape)) {
            return shapeError(inputs[0].info.shape, inputs[1].info.shape);
        }
    }
    return {};
}

std::vector<Operator> productOperators() { return {{"MatMul", 1, createMatMul}, {"Gemm", 1, createGemm}}; }

}  // namespace fovea::graph
