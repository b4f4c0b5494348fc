#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/api.h"
#include "engine/attention/pairwise_layout.h"
#include "engine/kernels/pairwise.h"
#include "engine/result.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// What the numbers of a map do to the features.
enum class MapRole {
    Gate,          ///< multiplies the features
    Distribution,  ///< non-negative weights which sum to 1 over positions, keys, branches …
    Additive,      ///< is added to the features
    Mask,          ///< 0 or 1
    Saliency,      ///< ranks positions; neither multiplies nor sums to 1
};

// The kinds of attention maps. Each says the shape of the data and holds what the data mean beside their numbers; kName is its
// name in saved files. Numbers which follow from the data of one kind are computed here. What views, exports and judges do with
// the maps of one kind is in that kind's file in engine/render/kinds.

/// [C]
struct ChannelMap {
    static constexpr const char* kName = "channel";
};

/// [H×W]; a map along one axis is 1 cell wide or high.
struct SpatialMap {
    static constexpr const char* kName = "spatial";
    int height = 0;
    int width = 0;
};

/// [C×height×width]
struct FullMap {
    static constexpr const char* kName = "full";
    int height = 0;
    int width = 0;
    bool channelsLast = false;  ///< [height×width×C]: the data go through all channels of one cell before the next cell
};

/// The queries, or the keys, of a pairwise map are one of these. Only positions lie on the picture.
enum class MapAxis {
    Positions,
    Channels,  ///< the channels of the features
    Codes,     ///< entries of a learned dictionary: bases, codewords, memory slots
};

/// The queries or the keys of one matrix: the cells of a grid in each of some frames, in the order t, h, w. Channels and codes
/// have a grid of 1×count.
struct PairwiseSide {
    int height = 0;
    int width = 0;
    int frames = 1;
    MapAxis axis = MapAxis::Positions;

    [[nodiscard]] int count() const noexcept { return frames * height * width; }
};

/// The grid of groups which have a matrix each, in the order t, h, w: T×1×1 where every frame attends within itself, 1×H×W where
/// every place attends along time; without frames there is one matrix for all.
struct PairwiseGroups {
    int frames = 0;
    int height = 0;
    int width = 0;
};

/// [heads×N×M], row = query; [groups×heads×N×M] where places or frames have matrices of their own. The data are empty where the
/// map is given by factors.
struct PairwiseMap {
    static constexpr const char* kName = "pairwise";
    PairwiseSide queries = {};
    PairwiseSide keys = {};
    PairwiseGroups groups = {};
    std::shared_ptr<const PairwiseFactors> factors = {};  ///< computed on demand, row by row
    /// Set when the matrices cover parts of one picture. Both grids are the picture's then.
    std::shared_ptr<const PairwiseLayout> layout = {};
};

/// [B], [B×C] or, one distribution per channel, [C×B]
struct BranchMap {
    static constexpr const char* kName = "branch";
};

/// [T] or [T×C]
struct TemporalMap {
    static constexpr const char* kName = "temporal";
};

/// The region at which a mechanism looks. The shape of the data tells its form. Cells count x to the right and y down: a box [4],
/// or boxes [k×4], of x0, y0, x1, y1 are half-open unless `cellCentres`. Normalised coordinates go from −1 to 1 over the map: a
/// quadrilateral [4×2], or a sampling grid [H×W×2], of x, y. An affine θ [2×3], or parameters [5], are the numbers from which the
/// region is made.
struct RegionMap {
    static constexpr const char* kName = "region";
    /// A box goes from the centre of its first cell to the centre of its last, not half-open; −1 and 1 of a quadrilateral are the
    /// centres of the outermost cells, not their edges.
    bool cellCentres = false;
};

using MapKind = std::variant<ChannelMap, SpatialMap, FullMap, PairwiseMap, BranchMap, TemporalMap, RegionMap>;

/// One attention tensor as it exists inside the module; `name` is "channel", "spatial", "matrix" … (the vector files
/// call it "attn.<name>").
struct AttentionMap {
    std::string name;
    MapKind kind;
    MapRole role = MapRole::Gate;
    std::string title;  ///< FOVEA_TEXT: "Channel gate", "Spatial gate", "Attention matrix"
    Tensor data = {};   ///< the values, in the shape which the kind says
};

/// The map of this kind, null for the others.
template <class Kind>
const Kind* asKind(const AttentionMap& map) noexcept {
    return std::get_if<Kind>(&map.kind);
}

/// The map "channel" [C] of a gate which multiplies the channels.
FOVEA_API AttentionMap channelGateMap(std::vector<float> gate);
/// A map [H×W] of one value per position, which is all of `values`.
FOVEA_API AttentionMap spatialMap(const char* name, MapRole role, const char* title, const FeatureMap& values);
/// A map [C×H×W] of one value per channel and position.
FOVEA_API AttentionMap fullMap(const char* name, MapRole role, const char* title, const FeatureMap& values);
/// The weights of the branches of a module, in the form of `values`; see BranchMap.
FOVEA_API AttentionMap branchMap(const char* name, MapRole role, const char* title, Tensor values);
/// The map "temporal" of weights of frames, [T] or [T×C].
FOVEA_API AttentionMap temporalMap(MapRole role, const char* title, Tensor values);
/// A box, quadrilateral, grid … in the form of `values`; see RegionMap.
FOVEA_API AttentionMap regionMap(const char* name, const char* title, Tensor values, bool cellCentres = false);
/// The map "matrix" of positions of one height×width grid, in each of `frames`, which attend to each other.
FOVEA_API AttentionMap selfAttentionMap(int height, int width, std::shared_ptr<const PairwiseFactors> factors, int frames = 1);

/// The map "spatial_matrix": one matrix per frame, whose height×width positions attend to each other.
FOVEA_API AttentionMap frameMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors);
/// The map "temporal_matrix": one frames×frames matrix per position of a height×width grid.
FOVEA_API AttentionMap placeMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors);

/// A distribution whose matrices lie on the picture as `layout` says; they are given by `factors` or set as `data`.
FOVEA_API AttentionMap layoutMap(std::string name, std::string title, std::shared_ptr<const PairwiseLayout> layout,
                                 std::shared_ptr<const PairwiseFactors> factors = {});

/// Matrices of a pairwise map: 1, or the size of its grid of groups. 0 for other kinds.
FOVEA_API int groupCount(const AttentionMap& map) noexcept;
/// Rows and columns of one matrix of a pairwise map, as its grids or its layout say. 0 for other kinds.
FOVEA_API int queryCount(const AttentionMap& map) noexcept;
FOVEA_API int keyCount(const AttentionMap& map) noexcept;
/// Whether both, or one, of the axes of a pairwise map lie on the picture.
FOVEA_API bool betweenPositions(const AttentionMap& map) noexcept;
FOVEA_API bool touchesPositions(const AttentionMap& map) noexcept;

/// "channel", "spatial", "full", "pairwise", "branch", "temporal", "region".
FOVEA_API const char* mapKindName(const AttentionMap& map) noexcept;
/// "gate", "distribution", "additive", "mask", "saliency".
FOVEA_API const char* mapRoleName(MapRole role) noexcept;

/// The weight of each branch of a branch map whose module gives `channels` channels, [B]: the mean over channels where every
/// channel has its own. Empty for other kinds and shapes.
FOVEA_API std::vector<float> branchWeights(const AttentionMap& map, int channels);

/// Heads of a pairwise map, 0 for other kinds.
FOVEA_API int headCount(const AttentionMap& map) noexcept;

/// In place of a head: the mean over all heads, or each weight is the largest, or the smallest, which any head gives. The largest
/// and the smallest do not sum to 1.
inline constexpr int kMeanOverHeads = -1;
inline constexpr int kMaxOverHeads = -2;
inline constexpr int kMinOverHeads = -3;

/// One query's weights over all keys [M], or, with `to`, one key's weights from all queries [N]. Out-of-range head or
/// position is clamped. head: one of the heads, or kMeanOverHeads, kMaxOverHeads, kMinOverHeads. Only for pairwise maps. `group`
/// chooses among several matrices.
FOVEA_API std::vector<float> pairwiseRow(const AttentionMap& map, int head, int position, bool to, int group = 0);

/// The same row or column of every group's matrix, [groups×M] or [groups×N].
FOVEA_API std::vector<float> pairwiseRows(const AttentionMap& map, int head, int position, bool to);

/// Of a map with a layout: one cell's weights over all cells of the picture, or, with `to`, all cells' weights on it. NaN where
/// a cell takes no part; cells which a mask hides take part only if they have a weight all the same. The cell is clamped.
FOVEA_API std::vector<float> pairwisePicture(const AttentionMap& map, int head, int cell, bool to);

/// The attention which each key of a pairwise map receives, where keys are positions: the mean over heads and over the queries
/// which see the key. A key which no query sees has NaN.
FOVEA_API std::vector<float> receivedAttention(const AttentionMap& map);

/// The shape of the whole tensor of a map, whether its values are held or not.
FOVEA_API Shape mapShape(const AttentionMap& map);
/// The least and the largest value of a map; nothing if it has none. A map which is given by factors is passed through by rows.
FOVEA_API std::optional<std::pair<float, float>> mapEnds(const AttentionMap& map);

/// The whole tensor of a map, materialised if it is given by factors. Over `maxBytes` it is an error which says so.
FOVEA_API Result<Tensor> denseTensor(const AttentionMap& map, std::size_t maxBytes = std::size_t{1} << 30);

}  // namespace fovea
