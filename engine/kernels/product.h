#pragma once

#include <cstddef>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Products of row-major matrices of float32.
namespace fovea::ops {

/// A matrix to write, in memory which outlives the view: each row begins `stride` values after the one before.
struct MatrixView {
    float* values = nullptr;
    int rows = 0;
    int columns = 0;
    std::ptrdiff_t stride = 0;

    [[nodiscard]] float* row(int index) const noexcept { return values + index * stride; }
};

/// A matrix to read; `transposed` takes its rows for columns. The sizes are those of the memory.
struct ConstMatrixView {
    const float* values = nullptr;
    int rows = 0;
    int columns = 0;
    std::ptrdiff_t stride = 0;
    bool transposed = false;

    ConstMatrixView(const float* first, int rowCount, int columnCount, std::ptrdiff_t rowStride) noexcept
        : values(first), rows(rowCount), columns(columnCount), stride(rowStride) {}
    ConstMatrixView(const MatrixView& view) noexcept : ConstMatrixView(view.values, view.rows, view.columns, view.stride) {}
};

/// `count` columns or rows, from `first` on, as the memory has them.
inline ConstMatrixView columnsOf(ConstMatrixView m, int first, int count) noexcept {
    m.values += first;
    m.columns = count;
    return m;
}
inline MatrixView columnsOf(MatrixView m, int first, int count) noexcept {
    m.values += first;
    m.columns = count;
    return m;
}
inline ConstMatrixView rowsOf(ConstMatrixView m, int first, int count) noexcept {
    m.values += first * m.stride;
    m.rows = count;
    return m;
}
inline MatrixView rowsOf(MatrixView m, int first, int count) noexcept {
    m.values += first * m.stride;
    m.rows = count;
    return m;
}

/// C×(H·W): one row per channel.
inline ConstMatrixView matrixOf(const FeatureMap& x) noexcept { return {x.data(), x.channels(), x.cells(), x.cells()}; }
inline MatrixView matrixOf(FeatureMap& x) noexcept { return {x.data(), x.channels(), x.cells(), x.cells()}; }
/// One row per run along the last axis of a tensor.
inline ConstMatrixView matrixOf(const Tensor& x) {
    const int columns = x.dim(x.shape.size() - 1);
    return {x.values.data(), static_cast<int>(x.size() / static_cast<std::size_t>(columns)), columns, columns};
}
inline MatrixView matrixOf(Tensor& x) {
    const int columns = x.dim(x.shape.size() - 1);
    return {x.values.data(), static_cast<int>(x.size() / static_cast<std::size_t>(columns)), columns, columns};
}

inline ConstMatrixView transposed(ConstMatrixView m) noexcept {
    m.transposed = !m.transposed;
    return m;
}

// At most one of the two factors may be transposed, and neither may overlap `out`.
/// a · b, as a tensor of two axes.
FOVEA_API Tensor product(const ConstMatrixView& a, const ConstMatrixView& b);
/// out = a · b.
FOVEA_API void product(const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out);
/// out = factor · a · b.
FOVEA_API void scaledProduct(float factor, const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out);
/// out = out + factor · a · b.
FOVEA_API void addProduct(float factor, const ConstMatrixView& a, const ConstMatrixView& b, const MatrixView& out);

}  // namespace fovea::ops
