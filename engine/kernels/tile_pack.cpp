#include <algorithm>

#include "engine/kernels/tile_product.h"

namespace fovea::kernels::tile {
namespace {

constexpr std::int64_t kDepth = 320;  // a panel of 16 columns and one of 6 rows take 28 KB together
constexpr std::int64_t kTile = 256;   // a block of B with this many columns takes 320 KB: most of the second cache

/// `total` cut into equal parts of at most `most`, each but the last a multiple of `unit`.
std::int64_t evenPart(std::int64_t total, std::int64_t most, std::int64_t unit) {
    const std::int64_t parts = std::max<std::int64_t>(1, (total + most - 1) / most);
    return roundUp(std::max<std::int64_t>(1, (total + parts - 1) / parts), unit);
}

}  // namespace

std::int64_t depthBlock(std::int64_t depth) { return evenPart(depth, kDepth, 1); }

std::int64_t columnTile(std::int64_t columns) { return evenPart(columns, kTile, kColumns); }

std::int64_t blockCount(const ProductSizes& sizes) { return depthBlock(sizes.depth) * columnTile(sizes.columns); }

void packRows(const Matrix& a, std::int64_t rows, std::int64_t depth, float* packed) {
    const std::int64_t step = depthBlock(depth);
    for (std::int64_t k0 = 0; k0 < depth; k0 += step) {
        const std::int64_t k1 = std::min(depth, k0 + step);
        for (std::int64_t i = 0; i < rows; i += kRows) {
            const std::int64_t count = std::min(kRows, rows - i);
            const float* in = a.data + i * a.rowStride;
            for (std::int64_t k = k0; k < k1; ++k, packed += kRows) {
                for (std::int64_t r = 0; r < count; ++r) {
                    packed[r] = in[r * a.rowStride + k * a.columnStride];
                }
                std::fill(packed + count, packed + kRows, 0.0F);
            }
        }
    }
}

void spreadRow(const float* values, std::int64_t count, std::int64_t k, std::int64_t depth, float* packed) {
    float* out = packed + k * kColumns;
    std::int64_t j = 0;
    for (; j + kColumns <= count; j += kColumns, out += depth * kColumns) {
        store(out, load(values + j));
        store(out + kLanes, load(values + j + kLanes));
    }
    if (j < count) {
        std::fill(std::copy(values + j, values + count, out), out + kColumns, 0.0F);
    }
}

void packColumns(const Matrix& b, std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* packed) {
    const std::int64_t depth = k1 - k0;
    if (b.columnStride == 1) {
        for (std::int64_t k = k0; k < k1; ++k) {
            spreadRow(b.data + k * b.rowStride + j0, j1 - j0, k - k0, depth, packed);
        }
        return;
    }
    for (std::int64_t j = j0; j < j1; j += kColumns, packed += depth * kColumns) {
        const std::int64_t count = std::min(kColumns, j1 - j);
        for (std::int64_t k = k0; k < k1; ++k) {
            const float* in = b.data + k * b.rowStride + j * b.columnStride;
            float* out = packed + (k - k0) * kColumns;
            for (std::int64_t v = 0; v < count; ++v) {
                out[v] = in[v * b.columnStride];
            }
            std::fill(out + count, out + kColumns, 0.0F);
        }
    }
}

const float* LooseColumns::block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* scratch) const {
    packColumns(m_b, k0, k1, j0, j1, scratch);
    return scratch;
}

void PackedColumns::pack(const Matrix& b, std::int64_t depth, std::int64_t columns, float* packed) {
    const std::int64_t step = depthBlock(depth);
    for (std::int64_t k0 = 0; k0 < depth; k0 += step) {
        packColumns(b, k0, std::min(depth, k0 + step), 0, columns, packed + k0 * roundUp(columns, kColumns));
    }
}

const float* PackedColumns::block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t /*j1*/,
                                  float* /*scratch*/) const {
    return m_packed + k0 * m_padded + j0 * (k1 - k0);
}

}  // namespace fovea::kernels::tile
