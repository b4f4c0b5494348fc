#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// softmax(scale·QᵀK), or scale·QᵀK itself, kept as its factors, so that N×M numbers exist only for the rows which are looked at.
/// Q holds N and K holds M positions; head h owns the rows h·d … h·d+d−1 of both. With several groups, each attends within
/// itself: group g owns the cells g·N … g·N+N−1 of Q and g·M … g·M+M−1 of K.
struct FOVEA_API PairwiseFactors {
    int heads = 1;
    int groups = 1;
    float scale = 1.0F;
    bool linear = false;        ///< the weights are scale·q·k themselves, whatever their sign; there are no statistics
    FeatureMap queries;         ///< heads·d × groups·N cells
    FeatureMap keys;            ///< heads·d × groups·M cells
    std::vector<float> rowMax;  ///< heads·groups·N: the maximum of scale·q·k over keys
    std::vector<float> rowSum;  ///< heads·groups·N: Σ exp(scale·q·k − rowMax)

    /// N and M.
    [[nodiscard]] int queryCount() const noexcept { return queries.cells() / groups; }
    [[nodiscard]] int keyCount() const noexcept { return keys.cells() / groups; }
    /// One query's weights over all keys of its group, [M]; they sum to 1 unless linear.
    [[nodiscard]] std::vector<float> row(int head, int query, int group = 0) const;
    /// One key's weight from every query of its group, [N].
    [[nodiscard]] std::vector<float> column(int head, int key, int group = 0) const;
    /// The rows of this query and the columns of this key in all groups, [groups×M] and [groups×N].
    [[nodiscard]] std::vector<float> rows(int head, int query) const;
    [[nodiscard]] std::vector<float> columns(int head, int key) const;
    /// All matrices [heads×N×M], or [groups×heads×N×M] when there are several groups.
    [[nodiscard]] Tensor dense() const;
    /// The least and the largest value of dense(), of which no more than some rows exist at a time.
    [[nodiscard]] std::pair<float, float> ends() const;
};

/// Result of `attend`.
struct Attended {
    FeatureMap output;  ///< heads·dv × query grid: Σ_m A[h,n,m]·v[m]
    std::shared_ptr<const PairwiseFactors> factors;
};

/// softmax(scale·QᵀK)·V per group and head in tiles: the matrix is never stored. Returns nothing when `stop` was requested.
/// Q: heads·d × query grid; K: heads·d × key grid; V: heads·dv × key grid; each grid is `groups` equal runs of cells.
FOVEA_API std::optional<Attended> attend(FeatureMap queries, FeatureMap keys, const FeatureMap& values, int heads, float scale,
                                         const std::stop_token& stop, int groups = 1);

/// Multiplies what each of `heads` heads has gathered, in equal runs of rows, by its factor: ModuleInput::heads.
FOVEA_API void scaleHeads(FeatureMap& gathered, int heads, const std::vector<float>* factors);

/// (scale·QᵀK)·V of one head without softmax, as Qᵀ·(scale·K·Vᵀ): N×M numbers never exist. Shapes as above, dv × query grid.
FOVEA_API Attended attendLinear(FeatureMap queries, FeatureMap keys, const FeatureMap& values, float scale);

}  // namespace fovea
