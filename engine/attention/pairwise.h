#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// softmax(scale·QᵀK) kept as its factors, so that N×M numbers exist only for the rows which are looked at.
/// Q holds N and K holds M positions; head h owns the rows h·d … h·d+d−1 of both.
struct FOVEA_API PairwiseFactors {
    int heads = 1;
    float scale = 1.0F;
    FeatureMap queries;         ///< heads·d × query grid
    FeatureMap keys;            ///< heads·d × key grid
    std::vector<float> rowMax;  ///< heads·N: the maximum of scale·q·k over keys
    std::vector<float> rowSum;  ///< heads·N: Σ exp(scale·q·k − rowMax)

    /// One query's weights over all keys, [M]; sums to 1.
    [[nodiscard]] std::vector<float> row(int head, int query) const;
    /// One key's weight from every query, [N].
    [[nodiscard]] std::vector<float> column(int head, int key) const;
    /// The whole matrix [heads×N×M].
    [[nodiscard]] Tensor dense() const;
};

/// Result of `attend`.
struct Attended {
    FeatureMap output;  ///< heads·dv × query grid: Σ_m A[h,n,m]·v[m]
    std::shared_ptr<const PairwiseFactors> factors;
};

/// softmax(scale·QᵀK)·V per head in tiles: the matrix is never stored. Returns nothing when `stop` was requested.
/// Q: heads·d × query grid; K: heads·d × key grid; V: heads·dv × key grid.
FOVEA_API std::optional<Attended> attend(FeatureMap queries, FeatureMap keys, const FeatureMap& values, int heads, float scale,
                                         const std::stop_token& stop);

}  // namespace fovea
