#pragma once

#include <cstdint>
#include <limits>
#include <stop_token>

#include "engine/kernels/dense_product.h"
#include "engine/kernels/lanes.h"

namespace fovea::kernels::tile {

// Matrix products C = A·B with both factors packed into panels: A in panels of kRows rows, B in panels of kColumns columns, so
// that a tile of C stays in registers while its panels are read from front to back. Eigen packs both factors in every product,
// which for the weights of a network is most of the work when C has few columns.

inline constexpr std::int64_t kRows = 6;
inline constexpr std::int64_t kColumns = 2 * kLanes;

/// The depth is cut into blocks of this size, so that a panel of each factor fits into the first cache.
std::int64_t depthBlock(std::int64_t depth);
/// Columns of C which are worked on at a time.
std::int64_t columnTile(std::int64_t columns);
/// Floats which one block of one tile of B takes.
std::int64_t blockCount(const ProductSizes& sizes);

/// Packs A (rows × depth) into roundUp(rows, kRows)·depth floats.
void packRows(const Matrix& a, std::int64_t rows, std::int64_t depth, float* packed);
/// Packs the part [k0, k1) × [j0, j1) of B into roundUp(j1 − j0, kColumns)·(k1 − k0) floats.
void packColumns(const Matrix& b, std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* packed);
/// Spreads values [0, count) of row k of a block of `depth` rows over its panels; what is missing in the last panel is zero.
void spreadRow(const float* values, std::int64_t count, std::int64_t k, std::int64_t depth, float* packed);

/// Where the panels of B come from.
class Columns {
public:
    Columns() = default;
    Columns(const Columns&) = delete;
    Columns& operator=(const Columns&) = delete;
    virtual ~Columns() = default;
    /// The packed part [k0, k1) × [j0, j1), where j0 is a multiple of kColumns: in `scratch`, or where it lies already.
    virtual const float* block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* scratch) const = 0;
};

/// B as it lies in memory, packed when it is needed.
class LooseColumns final : public Columns {
public:
    explicit LooseColumns(const Matrix& b) : m_b(b) {}
    const float* block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* scratch) const override;

private:
    Matrix m_b;
};

/// B packed once as a whole, block of depth by block of depth.
class PackedColumns final : public Columns {
public:
    /// Floats of a packed B.
    static std::int64_t count(std::int64_t depth, std::int64_t columns) { return depth * roundUp(columns, kColumns); }
    static void pack(const Matrix& b, std::int64_t depth, std::int64_t columns, float* packed);

    PackedColumns(const float* packed, std::int64_t columns) : m_packed(packed), m_padded(roundUp(columns, kColumns)) {}
    const float* block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* scratch) const override;

private:
    const float* m_packed;
    std::int64_t m_padded;
};

/// What is done to each element of C while it is in a register: bias, residual, limits.
struct Ending {
    const float* rowBias = nullptr;     ///< one per row
    const float* columnBias = nullptr;  ///< one per column
    const float* residual = nullptr;    ///< laid out as C
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
};

/// C, row-major with `pitch` floats between rows.
struct Target {
    float* data = nullptr;
    std::int64_t pitch = 0;
};

/// Called for each finished range of columns of C.
class Finished {
public:
    Finished() = default;
    Finished(const Finished&) = delete;
    Finished& operator=(const Finished&) = delete;
    virtual ~Finished() = default;
    virtual void columns(std::int64_t j0, std::int64_t j1) const = 0;
};

/// C = A·B. `scratch` holds blockCount() floats, 64-byte aligned.
void multiply(const ProductSizes& sizes, const float* packedRows, const Columns& columns, const Target& c, const Ending& ending,
              float* scratch, const std::stop_token& stop, const Finished* finished = nullptr);

}  // namespace fovea::kernels::tile
