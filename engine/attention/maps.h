#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/api.h"
#include "engine/attention/pairwise.h"
#include "engine/attention/pairwise_layout.h"
#include "engine/result.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// The form of an attention map. It alone decides how the map is shown.
enum class MapKind {
    Channel,   ///< [C]
    Spatial,   ///< [H×W]
    Full,      ///< [C×gridHeight×gridWidth], or [gridHeight×gridWidth×C] with `channelsLast`
    Pairwise,  ///< [heads×N×M], row = query; [groups×heads×N×M] where places or frames have matrices of their own
    Branch,    ///< [B], [B×C] or, one distribution per channel, [C×B]
    Temporal,  ///< [T] or [T×C]
    /// Where the mechanism looks, in one of these forms. In cells, x to the right and y down: a box [4] or boxes [k×4] of
    /// x0, y0, x1, y1, half-open unless `cellCentres`. In normalised coordinates, −1…1 over the map: a quadrilateral [4×2] or a
    /// sampling grid [H×W×2] of x, y. Else the numbers the region is made from: an affine θ [2×3] or parameters [5].
    Region,
};

/// What the numbers of a map do to the features.
enum class MapRole {
    Gate,          ///< multiplies the features
    Distribution,  ///< non-negative weights which sum to 1 over positions, keys, branches …
    Additive,      ///< is added to the features
    Mask,          ///< 0 or 1
    Saliency,      ///< ranks positions; neither multiplies nor sums to 1
};

/// What the queries or the keys of a Pairwise map are. Only positions lie on the picture.
enum class MapAxis {
    Positions,
    Channels,  ///< the channels of the features
    Codes,     ///< entries of a learned dictionary: bases, codewords, memory slots
};

/// One attention tensor as it exists inside the module; `name` is "channel", "spatial", "matrix" … (the vector files
/// call it "attn.<name>").
struct AttentionMap {
    std::string name;
    MapKind kind = MapKind::Spatial;
    MapRole role = MapRole::Gate;
    std::string title;   ///< FOVEA_TEXT: "Channel gate", "Spatial gate", "Attention matrix"
    Tensor data = {};    ///< the values; empty for a Pairwise map which is given by `factors`
    int gridHeight = 0;  ///< Spatial and Full: the grid of cells (1 for a map along one axis); Pairwise: of the queries
    int gridWidth = 0;
    bool channelsLast = false;  ///< Full: `data` goes through all channels of one cell before the next cell
    int keyHeight = 0;          ///< Pairwise: grid of the keys
    int keyWidth = 0;
    MapAxis queryAxis = MapAxis::Positions;  ///< Pairwise; Channels and Codes have a grid of 1×count
    MapAxis keyAxis = MapAxis::Positions;
    // Of a Pairwise map over a clip. Positions and groups are numbered in the order t, h, w.
    int gridFrames = 1;   ///< frames the queries of one matrix lie in
    int keyFrames = 1;    ///< frames the keys of one matrix lie in
    int groupFrames = 0;  ///< the grid of groups which have a matrix each: T×1×1 where every frame attends within itself,
    int groupHeight = 0;  ///< 1×H×W where every place attends along time; 0: one matrix for all
    int groupWidth = 0;
    /// Region: a box goes from the centre of its first cell to the centre of its last, not half-open; −1 and 1 of a
    /// quadrilateral are the centres of the outermost cells, not their edges.
    bool cellCentres = false;
    std::shared_ptr<const PairwiseFactors> factors = {};  ///< Pairwise computed on demand, row by row
    /// Of a Pairwise map whose matrices cover parts of one picture; both grids are the picture's.
    std::shared_ptr<const PairwiseLayout> layout = {};
};

/// The map "channel" [C] of a gate which multiplies the channels.
FOVEA_API AttentionMap channelGateMap(std::vector<float> gate);
/// A map [H×W] of one value per position, which is all of `values`.
FOVEA_API AttentionMap spatialMap(const char* name, MapRole role, const char* title, const FeatureMap& values);
/// A map [C×H×W] of one value per channel and position.
FOVEA_API AttentionMap fullMap(const char* name, MapRole role, const char* title, const FeatureMap& values);
/// A box, quadrilateral, grid … in the form of `values`; see MapKind::Region.
FOVEA_API AttentionMap regionMap(const char* name, const char* title, Tensor values);
/// The map "matrix" of positions of one height×width grid which attend to each other.
FOVEA_API AttentionMap selfAttentionMap(int height, int width, std::shared_ptr<const PairwiseFactors> factors);

/// The map "spatial_matrix": one matrix per frame, whose height×width positions attend to each other.
FOVEA_API AttentionMap frameMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors);
/// The map "temporal_matrix": one frames×frames matrix per position of a height×width grid.
FOVEA_API AttentionMap placeMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors);

/// A distribution whose matrices lie on the picture as `layout` says; they are given by `factors` or set as `data`.
FOVEA_API AttentionMap layoutMap(std::string name, std::string title, std::shared_ptr<const PairwiseLayout> layout,
                                 std::shared_ptr<const PairwiseFactors> factors = {});

/// Matrices of a Pairwise map: 1, or the size of its grid of groups. 0 for other kinds.
FOVEA_API int groupCount(const AttentionMap& map) noexcept;
/// Rows and columns of one matrix of a Pairwise map, as its grids or its layout say.
FOVEA_API int queryCount(const AttentionMap& map) noexcept;
FOVEA_API int keyCount(const AttentionMap& map) noexcept;
/// Whether both, or one, of the axes of a Pairwise map lie on the picture.
FOVEA_API bool betweenPositions(const AttentionMap& map) noexcept;
FOVEA_API bool touchesPositions(const AttentionMap& map) noexcept;
/// Whether the map differs from frame to frame of a clip: Temporal, or Pairwise with frames among its queries, keys or groups.
FOVEA_API bool overClip(const AttentionMap& map) noexcept;

/// "channel", "spatial", "full", "pairwise", "branch", "temporal", "region".
FOVEA_API const char* mapKindName(MapKind kind) noexcept;
/// "gate", "distribution", "additive", "mask", "saliency".
FOVEA_API const char* mapRoleName(MapRole role) noexcept;

/// The weight of each branch of a Branch map whose module gives `channels` channels, [B]: the mean over channels where every
/// channel has its own. Empty for other kinds and shapes.
FOVEA_API std::vector<float> branchWeights(const AttentionMap& map, int channels);

/// Heads of a Pairwise map, 0 for other kinds.
FOVEA_API int headCount(const AttentionMap& map) noexcept;

/// In place of a head: the mean over all heads, or each weight is the largest, or the smallest, which any head gives. The largest
/// and the smallest do not sum to 1.
inline constexpr int kMeanOverHeads = -1;
inline constexpr int kMaxOverHeads = -2;
inline constexpr int kMinOverHeads = -3;

/// One query's weights over all keys [M], or, with `to`, one key's weights from all queries [N]. Out-of-range head or
/// position is clamped. head: one of the heads, or kMeanOverHeads, kMaxOverHeads, kMinOverHeads. Only for Pairwise maps. `group`
/// chooses among several matrices.
FOVEA_API std::vector<float> pairwiseRow(const AttentionMap& map, int head, int position, bool to, int group = 0);

/// The same row or column of every group's matrix, [groups×M] or [groups×N].
FOVEA_API std::vector<float> pairwiseRows(const AttentionMap& map, int head, int position, bool to);

/// Of a map with a layout: one cell's weights over all cells of the picture, or, with `to`, all cells' weights on it. NaN where
/// a cell takes no part; cells which a mask hides take part only if they have a weight all the same. The cell is clamped.
FOVEA_API std::vector<float> pairwisePicture(const AttentionMap& map, int head, int cell, bool to);

/// The shape of the whole tensor of a map, whether its values are held or not.
FOVEA_API Shape mapShape(const AttentionMap& map);
/// The least and the largest value of a map; nothing if it has none. A map which is given by factors is passed through by rows.
FOVEA_API std::optional<std::pair<float, float>> mapEnds(const AttentionMap& map);

/// The whole tensor of a map, materialised if it is given by factors. Over `maxBytes` it is an error which says so.
FOVEA_API Result<Tensor> denseTensor(const AttentionMap& map, std::size_t maxBytes = std::size_t{1} << 30);

}  // namespace fovea
