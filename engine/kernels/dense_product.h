#pragma once

#include <cstdint>
#include <stop_token>

#include "engine/api.h"

namespace fovea::kernels {

/// The sizes of a product C = A·B.
struct ProductSizes {
    std::int64_t rows = 0;     ///< of A and C
    std::int64_t columns = 0;  ///< of B and C
    std::int64_t depth = 0;    ///< columns of A, rows of B
};

/// A matrix anywhere in memory: element (i, j) lies at data[i·rowStride + j·columnStride].
struct Matrix {
    const float* data = nullptr;
    std::int64_t rowStride = 0;
    std::int64_t columnStride = 1;
};

/// A product of two matrices of which B may have been packed before; one with a single row or column goes by Eigen.
class FOVEA_API DenseProduct {
public:
    DenseProduct() = default;
    explicit DenseProduct(const ProductSizes& sizes) : m_sizes(sizes) {}

    [[nodiscard]] const ProductSizes& sizes() const { return m_sizes; }
    [[nodiscard]] bool byVector() const { return m_sizes.rows == 1 || m_sizes.columns == 1; }
    /// Floats of a packed B; they depend on the level of the kernels.
    [[nodiscard]] std::int64_t packedFloats() const;
    void pack(const Matrix& b, float* packed) const;
    /// Floats of scratch.
    [[nodiscard]] std::int64_t scratchFloats(bool packedB) const;
    /// C = A·B + bias of the columns, row-major and dense. `packedB` may be null. No extent is 0.
    void run(const Matrix& a, const Matrix& b, const float* packedB, float* c, const float* columnBias, float* scratch,
             const std::stop_token& stop) const;

private:
    static constexpr std::int64_t kAligned = 16;  ///< floats of a line of the cache

    ProductSizes m_sizes;
};

/// y += factor·C, y row-major and dense; a stride of 0 repeats a row or column of C, whose columns lie side by side otherwise.
FOVEA_API void addScaled(const Matrix& c, std::int64_t rows, std::int64_t columns, float factor, float* y);

}  // namespace fovea::kernels
