#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/graph/kernel.h"
#include "engine/graph/ops/tile_product.h"

namespace fovea::graph {

/// A product of two matrices of which either may have been packed before; one with a single row or column goes by Eigen.
class DenseProduct {
public:
    DenseProduct() = default;
    explicit DenseProduct(const tile::Sizes& sizes) : m_sizes(sizes) {}

    [[nodiscard]] const tile::Sizes& sizes() const { return m_sizes; }
    [[nodiscard]] bool byVector() const { return m_sizes.rows == 1 || m_sizes.columns == 1; }
    /// Floats of scratch.
    [[nodiscard]] std::int64_t scratchFloats(bool packedB) const;
    /// C = A·B + bias of the columns, row-major and dense. `packedB` may be null. Neither extent is 0.
    void run(const tile::Matrix& a, const tile::Matrix& b, const float* packedB, float* c, const float* columnBias,
             float* scratch, const std::stop_token& stop) const;

private:
    static constexpr std::int64_t kAligned = 16;  ///< floats of a line of the cache

    tile::Sizes m_sizes;
};

/// `batch` dense matrices B, each depth × columns in the order that `matrix` says, packed one after the other.
Array packColumnsOnce(const Array& b, const tile::Matrix& matrix, std::int64_t batch, std::int64_t depth, std::int64_t columns);

/// Two float inputs, and up to `most` in all.
Result<void> checkFactors(const std::vector<InputInfo>& inputs, std::size_t most);

Result<std::unique_ptr<Kernel>> createMatMul(const Node& node, int opset);
Result<std::unique_ptr<Kernel>> createGemm(const Node& node, int opset);

}  // namespace fovea::graph
