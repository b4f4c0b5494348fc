#include "engine/kernels/tile_product.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fovea::kernels::tile {
namespace {

constexpr std::int64_t kResident = 49152;  // floats of a block of A which stay in the second cache beside it

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

/// Ends rows × vectors·kLanes elements, all of which exist. Sums are passed by value as the array must not need an address: it
/// would be kept in memory.
template <int rows, int vectors>
[[gnu::always_inline]] inline void put(std::array<std::array<Vector, vectors>, rows> sums, const Place place) {
    const auto each = [&](auto&& change) __attribute__((always_inline)) {
#pragma GCC unroll 6
        for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) {
                change(sums[i][v], i, v * kLanes);
            }
        }
    };
    if (!place.first) {
        each([&](Vector& sum, int i, std::int64_t j) { sum += load(place.c + i * place.pitch + j); });
    }
    if (place.last) {
        const Ending e = *place.ending;
        if (place.rowBias != nullptr) {
            each([&](Vector& sum, int i, std::int64_t) { sum += place.rowBias[i]; });
        }
        if (place.columnBias != nullptr) {
            each([&](Vector& sum, int, std::int64_t j) { sum += load(place.columnBias + j); });
        }
        if (place.residual != nullptr) {
            each([&](Vector& sum, int i, std::int64_t j) { sum += load(place.residual + i * place.pitch + j); });
        }
        const Vector low = splat(e.low);
        const Vector high = splat(e.high);
        each([&](Vector& sum, int, std::int64_t) {
            sum = sum < low ? low : sum;
            sum = sum > high ? high : sum;
        });
    }
    each([&](Vector& sum, int i, std::int64_t j) { store(place.c + i * place.pitch + j, sum); });
}

/// The same where the last columns do not exist. `sums` has kColumns floats per row.
void putPart(const float* sums, int rows, const Place& place) {
    const Ending e = *place.ending;
    for (int i = 0; i < rows; ++i) {
        float* out = place.c + i * place.pitch;
        for (std::int64_t j = 0; j < place.columns; ++j) {
            float sum = sums[i * kColumns + j] + (place.first ? 0.0F : out[j]);
            if (place.last) {
                sum += place.rowBias == nullptr ? 0.0F : place.rowBias[i];
                sum += place.columnBias == nullptr ? 0.0F : place.columnBias[j];
                sum += place.residual == nullptr ? 0.0F : place.residual[i * place.pitch + j];
                sum = sum < e.low ? e.low : sum;
                sum = sum > e.high ? e.high : sum;
            }
            out[j] = sum;
        }
    }
}

template <int rows, int vectors>
void tileOf(const float* a, const float* b, std::int64_t depth, const Place& place) {
    std::array<std::array<Vector, vectors>, rows> sums;
#pragma GCC unroll 6
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            sums[i][v] = Vector{};
        }
    }
    for (std::int64_t k = 0; k < depth; ++k, a += kRows, b += kColumns) {
        std::array<Vector, vectors> column;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            column[v] = load(b + v * kLanes);
        }
#pragma GCC unroll 6
        for (int i = 0; i < rows; ++i) {
            const Vector factor = splat(a[i]);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) {
                sums[i][v] += factor * column[v];
            }
        }
    }
    if (place.columns == vectors * kLanes) {
        put<rows, vectors>(sums, place);
        return;
    }
    alignas(64) std::array<float, rows * kColumns> beside;
#pragma GCC unroll 6
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            store(beside.data() + i * kColumns + v * kLanes, sums[i][v]);
        }
    }
    putPart(beside.data(), rows, place);
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
    const ProductSizes& sizes;
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

}  // namespace

void multiply(const ProductSizes& sizes, const float* packedRows, const Columns& columns, const Target& c, const Ending& ending,
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

}  // namespace fovea::kernels::tile
