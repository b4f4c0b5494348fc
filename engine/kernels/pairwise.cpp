#include "engine/kernels/pairwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/parallel.h"

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

/// One unit of work of attend(): some queries of one head of one group.
struct Tile {
    int group = 0;
    int head = 0;
    int first = 0;  ///< within the group
    int count = 0;
};

/// Cells of one group in the rows of one head.
auto groupCells(const FeatureMap& map, int heads, int head, int first, int count) {
    return headRows(map, heads, head).middleCols(first, count);
}

/// Logits of a tile's queries over the keys of their group.
void logits(const PairwiseFactors& f, const Tile& t, Matrix& tile) {
    const auto q = groupCells(f.queries, f.heads, t.head, t.group * f.queryCount() + t.first, t.count);
    const auto k = groupCells(f.keys, f.heads, t.head, t.group * f.keyCount(), f.keyCount());
    tile.resize(t.count, k.cols());
    tile.noalias() = (f.scale * q).transpose() * k;
}

/// Queries per tile: about a megabyte of logits, so that a tile stays in the cache and a stop is seen soon.
int tileRows(int queries, int keys) { return std::min(queries, std::clamp((1 << 18) / keys, 4, 64)); }

std::vector<Tile> tilesOf(const PairwiseFactors& f) {
    if (f.keyCount() == 0) {
        return {};
    }
    const int queries = f.queryCount();
    const int rows = tileRows(queries, f.keyCount());
    std::vector<Tile> tiles;
    for (int group = 0; group < f.groups; ++group) {
        for (int head = 0; head < f.heads; ++head) {
            for (int first = 0; first < queries; first += rows) {
                tiles.push_back({group, head, first, std::min(rows, queries - first)});
            }
        }
    }
    return tiles;
}

/// Where the statistics of a query are kept.
std::size_t statisticsAt(const PairwiseFactors& f, int group, int head, int query) {
    const auto cells = static_cast<std::size_t>(f.queries.cells());
    return static_cast<std::size_t>(head) * cells + static_cast<std::size_t>(group * f.queryCount() + query);
}

/// Softmax statistics and weighted values of one tile. Tiles write disjoint parts of `f` and `output`.
void attendTile(PairwiseFactors& f, const FeatureMap& values, const Tile& tile, FeatureMap& output) {
    Matrix weights;
    logits(f, tile, weights);
    const std::size_t offset = statisticsAt(f, tile.group, tile.head, tile.first);
    float* sums = f.rowSum.data() + offset;
    exponentiate(weights, f.rowMax.data() + offset, sums);

    const auto v = groupCells(values, f.heads, tile.head, tile.group * f.keyCount(), f.keyCount());
    Matrix out(v.rows(), tile.count);
    out.noalias() = v * weights.transpose();
    const Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>> divisors(sums, tile.count);
    const int first = tile.group * f.queryCount() + tile.first;
    for (Eigen::Index c = 0; c < out.rows(); ++c) {
        out.row(c).array() /= divisors;
        std::copy_n(out.row(c).data(), tile.count, output.row(static_cast<int>(tile.head * v.rows() + c)) + first);
    }
}

/// Logits of one position of `fixed`, in every group, with all cells of the same group of `running`. Many small groups are passed
/// through in the order of memory.
std::vector<float> pairLogits(const PairwiseFactors& f, int head, const FeatureMap& fixed, int position,
                              const FeatureMap& running) {
    const int depth = f.queries.channels() / f.heads;
    const int fixedLength = fixed.cells() / f.groups;
    const int length = running.cells() / f.groups;
    std::vector<float> out(static_cast<std::size_t>(running.cells()), 0.0F);
    for (int d = head * depth; d < (head + 1) * depth; ++d) {
        const float* run = running.row(d);
        for (int g = 0; g < f.groups; ++g) {
            const float factor = f.scale * fixed.row(d)[g * fixedLength + position];
            for (int n = g * length; n < (g + 1) * length; ++n) {
                out[static_cast<std::size_t>(n)] += factor * run[n];
            }
        }
    }
    return out;
}

}  // namespace

std::vector<float> PairwiseFactors::row(int head, int query, int group) const {
    // The row has all its logits at hand, so that it is normalised by its own sum and adds up to 1 whatever their size.
    Matrix tile;
    logits(*this, {group, head, query, 1}, tile);
    if (!linear) {
        float top = 0.0F;
        float total = 0.0F;
        exponentiate(tile, &top, &total);
        tile.array() /= total;
    }
    return {tile.data(), tile.data() + tile.size()};
}

std::vector<float> PairwiseFactors::column(int head, int key, int group) const {
    const int count = queryCount();
    const auto q = groupCells(queries, heads, head, group * count, count);
    const Eigen::VectorXf column = scale * headRows(keys, heads, head).col(group * keyCount() + key);
    std::vector<float> out(static_cast<std::size_t>(count));
    Eigen::Map<Eigen::ArrayXf> weights(out.data(), count);
    weights = (q.transpose() * column).array();
    if (linear) {
        return out;
    }
    const std::size_t offset = statisticsAt(*this, group, head, 0);
    const Eigen::Map<const Eigen::ArrayXf> tops(rowMax.data() + offset, count);
    const Eigen::Map<const Eigen::ArrayXf> sums(rowSum.data() + offset, count);
    // Rounding may lift a logit above the stored maximum; no weight exceeds 1.
    weights = ((weights - tops).min(0.0F).exp() / sums).min(1.0F);
    return out;
}

std::vector<float> PairwiseFactors::rows(int head, int query) const {
    auto out = pairLogits(*this, head, queries, query, keys);
    if (!linear) {
        ops::softmax(out.data(), out.size(), static_cast<std::size_t>(keyCount()));
    }
    return out;
}

std::vector<float> PairwiseFactors::columns(int head, int key) const {
    auto out = pairLogits(*this, head, keys, key, queries);
    if (linear) {
        return out;
    }
    const std::size_t offset = statisticsAt(*this, 0, head, 0);
    for (std::size_t n = 0; n < out.size(); ++n) {
        out[n] = std::min(1.0F, std::exp(std::min(0.0F, out[n] - rowMax[offset + n])) / rowSum[offset + n]);
    }
    return out;
}

std::pair<float, float> PairwiseFactors::ends() const {
    const auto tiles = tilesOf(*this);
    assert(!tiles.empty());
    std::vector<std::pair<float, float>> found(tiles.size());
    parallelFor(static_cast<int>(tiles.size()), [&](int first, int last) {
        Matrix tile;
        for (int t = first; t < last; ++t) {
            logits(*this, tiles[t], tile);
            std::vector<float> tops(tiles[t].count);
            std::vector<float> sums(tiles[t].count, 1.0F);
            if (!linear) {
                exponentiate(tile, tops.data(), sums.data());
            }
            const Eigen::Map<const Eigen::ArrayXf> totals(sums.data(), tiles[t].count);
            found[t] = {(tile.rowwise().minCoeff().array() / totals).minCoeff(),
                        (tile.rowwise().maxCoeff().array() / totals).maxCoeff()};
        }
    });
    std::pair<float, float> out = found.front();
    for (const auto& [low, high] : found) {
        out = {std::min(out.first, low), std::max(out.second, high)};
    }
    return out;
}

Tensor PairwiseFactors::dense() const {
    Tensor out(Shape{heads, queryCount(), keyCount()});
    if (groups > 1) {
        out = Tensor(Shape{groups, heads, queryCount(), keyCount()});
    }
    float* next = out.values.data();
    Matrix tile;
    for (const Tile& t : tilesOf(*this)) {
        logits(*this, t, tile);
        std::vector<float> tops(t.count);
        std::vector<float> sums(t.count, 1.0F);
        if (!linear) {
            exponentiate(tile, tops.data(), sums.data());
        }
        for (int n = 0; n < t.count; ++n) {
            const float total = sums[n];
            next = std::transform(tile.row(n).data(), tile.row(n).data() + tile.cols(), next,
                                  [total](float w) { return w / total; });
        }
    }
    return out;
}

std::optional<Attended> attend(FeatureMap queries, FeatureMap keys, const FeatureMap& values, int heads, float scale,
                               const std::stop_token& stop, int groups) {
    assert(heads >= 1 && queries.channels() == keys.channels() && queries.channels() % heads == 0);
    assert(values.channels() % heads == 0 && values.cells() == keys.cells());
    assert(groups >= 1 && queries.cells() % groups == 0 && keys.cells() % groups == 0);
    auto factors = std::make_shared<PairwiseFactors>();
    factors->heads = heads;
    factors->groups = groups;
    factors->scale = scale;
    factors->queries = std::move(queries);
    factors->keys = std::move(keys);
    const auto statistics = static_cast<std::size_t>(heads) * static_cast<std::size_t>(factors->queries.cells());
    factors->rowMax.resize(statistics);
    factors->rowSum.resize(statistics);

    FeatureMap output(values.channels(), factors->queries.height(), factors->queries.width());
    const auto tiles = tilesOf(*factors);
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

void scaleHeads(FeatureMap& gathered, int heads, const std::vector<float>* factors) {
    if (factors == nullptr) {
        return;
    }
    const auto perHead = static_cast<std::size_t>(gathered.channels() / heads) * static_cast<std::size_t>(gathered.cells());
    for (std::size_t h = 0; h < std::min(static_cast<std::size_t>(heads), factors->size()); ++h) {
        const float factor = (*factors)[h];
        float* first = gathered.data() + h * perHead;
        std::transform(first, first + perHead, first, [factor](float v) { return factor * v; });
    }
}

Attended attendLinear(FeatureMap queries, FeatureMap keys, const FeatureMap& values, float scale) {
    assert(queries.channels() == keys.channels() && values.cells() == keys.cells());
    auto factors = std::make_shared<PairwiseFactors>();
    factors->scale = scale;
    factors->linear = true;
    factors->queries = std::move(queries);
    factors->keys = std::move(keys);
    const Matrix gathered = scale * headRows(values, 1, 0) * headRows(factors->keys, 1, 0).transpose();
    FeatureMap output(values.channels(), factors->queries.height(), factors->queries.width());
    Eigen::Map<Matrix>(output.data(), output.channels(), output.cells()).noalias() = gathered * headRows(factors->queries, 1, 0);
    return {std::move(output), std::move(factors)};
}

}  // namespace fovea
