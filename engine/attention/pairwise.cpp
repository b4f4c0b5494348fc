#include "engine/attention/pairwise.h"
#include "engine/tensor/parallel.h"

#include <Eigen/Core>
#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>

namespace fovea {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Matrix>;

/// The rows of one head in a map of heads·d rows.
ConstRows headRows(const FeatureMap& map, int heads, int head) {
    const int depth = map.channels() / heads;
    return {map.row(head * depth), depth, map.cells()};
}

/// Short runs in float, which are vectors, and their sums in double.
float sumOf(const float* values, Eigen::Index count) {
    constexpr Eigen::Index kRun = 256;
    double total = 0.0;
    for (Eigen::Index start = 0; start < count; start += kRun) {
        total += Eigen::Map<const Eigen::ArrayXf>(values + start, std::min(kRun, count - start)).sum();
    }
    return static_cast<float>(total);
}

/// Turns logits (queries × keys) into exp(logit − rowMax), and reports maximum and sum of each row.
void exponentiate(Matrix& tile, float* rowMax, float* rowSum) {
    for (Eigen::Index n = 0; n < tile.rows(); ++n) {
        auto row = tile.row(n).array();
        const float top = row.maxCoeff();
        row = (row - top).exp();
        rowMax[n] = top;
        rowSum[n] = sumOf(tile.row(n).data(), tile.cols());
    }
}

/// Logits of the queries [first, first + count) of one head.
void logits(const PairwiseFactors& f, int head, int first, int count, Matrix& tile) {
    const auto q = headRows(f.queries, f.heads, head).middleCols(first, count);
    const auto k = headRows(f.keys, f.heads, head);
    tile.resize(count, k.cols());
    tile.noalias() = (f.scale * q).transpose() * k;
}

/// Queries per tile: about a megabyte of logits, so that a tile stays in the cache and a stop is seen soon.
int tileRows(int queries, int keys) { return std::min(queries, std::clamp((1 << 18) / keys, 4, 64)); }

/// One unit of work of attend(): some queries of one head.
struct Tile {
    int head = 0;
    int first = 0;
    int count = 0;
};

std::vector<Tile> tilesOf(int heads, int queries, int keys) {
    const int rows = tileRows(queries, keys);
    std::vector<Tile> tiles;
    for (int head = 0; head < heads; ++head) {
        for (int first = 0; first < queries; first += rows) {
            tiles.push_back({head, first, std::min(rows, queries - first)});
        }
    }
    return tiles;
}

/// Softmax statistics and weighted values of one tile. Tiles write disjoint parts of `f` and `output`.
void attendTile(PairwiseFactors& f, const FeatureMap& values, const Tile& tile, FeatureMap& output) {
    Matrix weights;
    logits(f, tile.head, tile.first, tile.count, weights);
    const auto offset = static_cast<std::size_t>(tile.head) * static_cast<std::size_t>(f.queries.cells()) + tile.first;
    float* sums = f.rowSum.data() + offset;
    exponentiate(weights, f.rowMax.data() + offset, sums);

    const auto v = headRows(values, f.heads, tile.head);
    Matrix out(v.rows(), tile.count);
    out.noalias() = v * weights.transpose();
    const Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>> divisors(sums, tile.count);
    for (Eigen::Index c = 0; c < out.rows(); ++c) {
        out.row(c).array() /= divisors;
        std::copy_n(out.row(c).data(), tile.count, output.row(static_cast<int>(tile.head * v.rows() + c)) + tile.first);
    }
}

}  // namespace

std::vector<float> PairwiseFactors::row(int head, int query) const {
    // The row has all its logits at hand, so that it is normalised by its own sum and adds up to 1 whatever their size.
    Matrix tile;
    logits(*this, head, query, 1, tile);
    float top = 0.0F;
    float total = 0.0F;
    exponentiate(tile, &top, &total);
    tile.array() /= total;
    return {tile.data(), tile.data() + tile.size()};
}

std::vector<float> PairwiseFactors::column(int head, int key) const {
    const auto q = headRows(queries, heads, head);
    const auto k = headRows(keys, heads, head);
    const Eigen::VectorXf column = scale * k.col(key);
    const auto count = static_cast<std::size_t>(queries.cells());
    const std::size_t offset = static_cast<std::size_t>(head) * count;
    const Eigen::Map<const Eigen::ArrayXf> tops(rowMax.data() + offset, queries.cells());
    const Eigen::Map<const Eigen::ArrayXf> sums(rowSum.data() + offset, queries.cells());
    std::vector<float> out(count);
    Eigen::Map<Eigen::ArrayXf> weights(out.data(), queries.cells());
    weights = (q.transpose() * column).array();
    // Rounding may lift a logit above the stored maximum; no weight exceeds 1.
    weights = ((weights - tops).min(0.0F).exp() / sums).min(1.0F);
    return out;
}

Tensor PairwiseFactors::dense() const {
    Tensor out(Shape{heads, queries.cells(), keys.cells()});
    float* next = out.values.data();
    for (const Tile& t : tilesOf(heads, queries.cells(), keys.cells())) {
        Matrix tile;
        logits(*this, t.head, t.first, t.count, tile);
        std::vector<float> tops(t.count);
        std::vector<float> sums(t.count);
        exponentiate(tile, tops.data(), sums.data());
        for (int n = 0; n < t.count; ++n) {
            const float total = sums[n];
            next = std::transform(tile.row(n).data(), tile.row(n).data() + tile.cols(), next,
                                  [total](float w) { return w / total; });
        }
    }
    return out;
}

std::optional<Attended> attend(FeatureMap queries, FeatureMap keys, const FeatureMap& values, int heads, float scale,
                               const std::stop_token& stop) {
    assert(heads >= 1 && queries.channels() == keys.channels() && queries.channels() % heads == 0);
    assert(values.channels() % heads == 0 && values.cells() == keys.cells());
    auto factors = std::make_shared<PairwiseFactors>();
    factors->heads = heads;
    factors->scale = scale;
    factors->queries = std::move(queries);
    factors->keys = std::move(keys);
    const auto statistics = static_cast<std::size_t>(heads) * static_cast<std::size_t>(factors->queries.cells());
    factors->rowMax.resize(statistics);
    factors->rowSum.resize(statistics);

    FeatureMap output(values.channels(), factors->queries.height(), factors->queries.width());
    const auto tiles = tilesOf(heads, factors->queries.cells(), factors->keys.cells());
    std::atomic<bool> stopped{false};
    parallelFor(static_cast<int>(tiles.size()), [&](int first, int last) {
        for (int t = first; t < last; ++t) {
            if (stop.stop_requested()) {
                stopped = true;
                return;
            }
            attendTile(*factors, values, tiles[t], output);
        }
    });
    if (stopped) {
        return std::nullopt;
    }
    return Attended{std::move(output), std::move(factors)};
}

}  // namespace fovea
