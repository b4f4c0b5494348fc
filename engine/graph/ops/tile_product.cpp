#include "engine/graph/ops/tile_product.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fovea::graph::tile {
namespace {

constexpr std::int64_t kDepth = 320;       // a panel of 16 columns and one of 6 rows take 28 KB together
constexpr std::int64_t kTile = 256;        // a block of B with this many columns takes 320 KB: most of the second cache
constexpr std::int64_t kResident = 49152;  // floats of a block of A which stay in the second cache beside it

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using Loose = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
void store(float* p, Vector v) { *reinterpret_cast<Loose*>(p) = v; }

/// One tile of C with everything that is needed to end it.
struct Place {
    float* c;
    std::int64_t pitch;
    std::int64_t columns;  ///< which exist
    bool first;            ///< of the blocks of depth: C holds nothing yet
    bool last;
    const float* rowBias;
    const float* columnBias;
    const float* residual;
    const Ending* ending;
};

Vector ended(Vector sum, const Place& place, std::int64_t row, std::int64_t column) {
    const Ending& e = *place.ending;
    sum *= e.scale;
    if (place.rowBias != nullptr) {
        sum += place.rowBias[row];
    }
    if (place.columnBias != nullptr) {
        sum += load(place.columnBias + column);
    }
    if (place.residual != nullptr) {
        sum += load(place.residual + row * place.pitch + column);
    }
    const Vector low = Vector{} + e.low;
    const Vector high = Vector{} + e.high;
    sum = sum < low ? low : sum;
    return sum > high ? high : sum;
}

/// rows × vectors·kLanes elements of C, all of which exist.
template <int rows, int vectors>
[[gnu::always_inline]] inline void put(const std::array<std::array<Vector, vectors>, rows>& sums, const Place& place) {
#pragma GCC unroll 6
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            float* out = place.c + i * place.pitch + v * kLanes;
            Vector sum = sums[i][v];
            if (!place.first) {
                sum += load(out);
            }
            store(out, place.last ? ended(sum, place, i, v * kLanes) : sum);
        }
    }
}

/// The same where the last columns do not exist: by way of a whole tile beside it.
template <int rows, int vectors>
[[gnu::noinline]] void putPart(const std::array<std::array<Vector, vectors>, rows>& sums, const Place& place) {
    alignas(64) std::array<float, kRows * kColumns> whole{};
    alignas(64) std::array<float, kRows * kColumns> residual{};
    alignas(64) std::array<float, kColumns> bias{};
    const auto bytes = static_cast<std::size_t>(place.columns) * sizeof(float);
    Place beside = place;
    beside.c = whole.data();
    beside.pitch = kColumns;
    for (int i = 0; i < rows; ++i) {
        if (!place.first) {
            std::memcpy(whole.data() + i * kColumns, place.c + i * place.pitch, bytes);
        }
        if (place.residual != nullptr) {
            std::memcpy(residual.data() + i * kColumns, place.residual + i * place.pitch, bytes);
            beside.residual = residual.data();
        }
    }
    if (place.columnBias != nullptr) {
        std::memcpy(bias.data(), place.columnBias, bytes);
        beside.columnBias = bias.data();
    }
    put<rows, vectors>(sums, beside);
    for (int i = 0; i < rows; ++i) {
        std::memcpy(place.c + i * place.pitch, whole.data() + i * kColumns, bytes);
    }
}

template <int rows, int vectors>
void tileOf(const float* a, const float* b, std::int64_t depth, const Place& place) {
    std::array<std::array<Vector, vectors>, rows> sums{};
    for (std::int64_t k = 0; k < depth; ++k, a += kRows, b += kColumns) {
        std::array<Vector, vectors> column;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            column[v] = load(b + v * kLanes);
        }
#pragma GCC unroll 6
        for (int i = 0; i < rows; ++i) {
            const Vector factor = Vector{} + a[i];
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) {
                sums[i][v] += factor * column[v];
            }
        }
    }
    if (place.columns == vectors * kLanes) {
        put<rows, vectors>(sums, place);
    } else {
        putPart<rows, vectors>(sums, place);
    }
}

using TileFunction = void (*)(const float*, const float*, std::int64_t, const Place&);
constexpr std::array<std::array<TileFunction, 2>, kRows> kTileFunctions{{{tileOf<1, 1>, tileOf<1, 2>},
                                                                         {tileOf<2, 1>, tileOf<2, 2>},
                                                                         {tileOf<3, 1>, tileOf<3, 2>},
                                                                         {tileOf<4, 1>, tileOf<4, 2>},
                                                                         {tileOf<5, 1>, tileOf<5, 2>},
                                                                         {tileOf<6, 1>, tileOf<6, 2>}}};

/// The product of one block of A and one block of B.
struct Block {
    const Sizes& sizes;
    const float* a;
    const float* b;
    std::int64_t k0, k1, j0, j1;
    const Target& c;
    const Ending& ending;

    void tile(std::int64_t i, std::int64_t j) const {
        const std::int64_t depth = k1 - k0;
        const std::int64_t rows = std::min(kRows, sizes.rows - i);
        const std::int64_t columns = std::min(kColumns, j1 - j);
        const std::int64_t at = i * c.pitch + j;
        const Place place{c.data + at,
                          c.pitch,
                          columns,
                          k0 == 0,
                          k1 == sizes.depth,
                          ending.rowBias == nullptr ? nullptr : ending.rowBias + i,
                          ending.columnBias == nullptr ? nullptr : ending.columnBias + j,
                          ending.residual == nullptr ? nullptr : ending.residual + at,
                          &ending};
        kTileFunctions[rows - 1][columns > kLanes ? 1 : 0](a + i * depth, b + (j - j0) * depth, depth, place);
    }

    void run() const {
        if (roundUp(sizes.rows, kRows) * (k1 - k0) <= kResident) {
            for (std::int64_t j = j0; j < j1; j += kColumns) {
                for (std::int64_t i = 0; i < sizes.rows; i += kRows) {
                    tile(i, j);
                }
            }
            return;
        }
        for (std::int64_t i = 0; i < sizes.rows; i += kRows) {  // A comes from far away: each panel once
            for (std::int64_t j = j0; j < j1; j += kColumns) {
                tile(i, j);
            }
        }
    }
};

/// `total` cut into equal parts of at most `most`, each but the last a multiple of `unit`.
std::int64_t evenPart(std::int64_t total, std::int64_t most, std::int64_t unit) {
    const std::int64_t parts = std::max<std::int64_t>(1, (total + most - 1) / most);
    return roundUp(std::max<std::int64_t>(1, (total + parts - 1) / parts), unit);
}

}  // namespace

std::int64_t depthBlock(std::int64_t depth) { return evenPart(depth, kDepth, 1); }

std::int64_t columnTile(std::int64_t columns) { return evenPart(columns, kTile, kColumns); }

std::int64_t blockCount(const Sizes& sizes) { return depthBlock(sizes.depth) * columnTile(sizes.columns); }

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

void multiply(const Sizes& sizes, const float* packedRows, const Columns& columns, const Target& c, const Ending& ending,
              float* scratch, const std::stop_token& stop, const Finished* finished) {
    const std::int64_t depthStep = depthBlock(sizes.depth);
    const std::int64_t columnStep = columnTile(sizes.columns);
    for (std::int64_t j0 = 0; j0 < sizes.columns; j0 += columnStep) {
        const std::int64_t j1 = std::min(sizes.columns, j0 + columnStep);
        for (std::int64_t k0 = 0; k0 < sizes.depth && !stop.stop_requested(); k0 += depthStep) {
            const std::int64_t k1 = std::min(sizes.depth, k0 + depthStep);
            const float* b = columns.block(k0, k1, j0, j1, scratch);
            Block{sizes, packedRows + roundUp(sizes.rows, kRows) * k0, b, k0, k1, j0, j1, c, ending}.run();
        }
        if (finished != nullptr) {
            finished->columns(j0, j1);
        }
    }
}

}  // namespace fovea::graph::tile
