#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/colormap.h"
#include "engine/result.h"

namespace fovea {

/// How a channel vector becomes a picture (per cell; w̄ = mean_c w_c).
enum class ChannelMode {
    Before,   ///< B = mean_c |x_c|
    After,    ///< A = mean_c |w_c·x_c|; Branch: mean_c |out_c|
    Changed,  ///< D = mean_c (w_c − w̄)·|x_c|: a uniform gate gives 0 exactly; Branch: A − B
    Single,   ///< x_c of one channel
};

/// Which number field of a result is looked at. Plain values; the map's kind decides which members count.
struct FieldSpec {
    JobId job;                                     ///< whose attention it is
    std::string map;                               ///< AttentionMap::name; empty: defaultMap()
    ChannelMode channelMode = ChannelMode::After;  ///< Channel maps
    int channel = -1;  ///< Channel with Single; Full: one channel, −1 the mean over channels; Pairwise whose queries or keys are
                       ///< channels or codes: which of them, −1 the most used one; Spatial, Branch and Pairwise between
                       ///< positions with Single: this channel of the features instead of the map
    int head = -1;        ///< Pairwise: one head, or kMeanOverHeads, kMaxOverHeads, kMinOverHeads
    double queryX = 0.5;  ///< Pairwise: the query as a fraction of the query grid
    double queryY = 0.5;
    bool toQuery = false;      ///< Pairwise: false, where the query looks; true, who looks at it
    int activationClass = -1;  ///< ≥ 0: the class activation map of this class of a bundle's network, not a map of the module
    bool plainActivation = false;  ///< of the network without the module
    int frame = -1;                ///< of a clip: the frame whose field is shown, counted from the oldest; −1 the newest
    int queryFrame = -1;           ///< Pairwise over time: the frame of the clip which asks; −1 the newest
    bool operator==(const FieldSpec&) const = default;
};

/// Share of the cells which a clipped range leaves above its upper end. A distribution may hold nearly all of its mass in one
/// cell, and then its own ends show that cell alone.
inline constexpr double kClippedShare = 0.02;

/// What a pairwise map was asked: who looks at this place (`to`), or where does it look.
struct AskedPlace {
    bool to = false;
    int row = 0;  ///< the cell of the map's own grid
    int column = 0;
    double x = 0.0;  ///< pixel of the upright picture
    double y = 0.0;
    int frame = -1;  ///< of a clip: the frame which asks, counted from the oldest
};

/// H×W numbers over the picture, with everything a view must say about them.
struct ScalarField {
    std::vector<float> values;  ///< height·width, row-major; all finite, but NaN where `gaps` says that a cell takes no part
    int height = 0;
    int width = 0;
    CellGeometry geometry;
    float min = 0.0F;  ///< true ends
    float max = 0.0F;
    bool diverging = false;    ///< centred at 0 (Changed, signed channels)
    bool discrete = false;     ///< a mask: values between 0 and 1 do not exist, so cells are drawn flat
    bool gaps = false;         ///< cells of value NaN take no part: they stay transparent, and the others are drawn flat
    bool sharedScale = false;  ///< `scaleMin`, `scaleMax` cover other fields too: Before and After, and all frames of a clip
    float scaleMin =
        0.0F;  ///< the automatic range: true ends, or symmetric about 0 when diverging, or shared by Before and After
    float scaleMax = 0.0F;
    float clippedMax = 0.0F;  ///< kClippedShare of the cells which take part lie above; scaleMax where clipping means nothing
    std::optional<ValueRange> followedClip;  ///< the clipped range of a moving picture which follows the one before it
    std::string module;                      ///< title of the module
    std::string map;                         ///< FOVEA_TEXT title of the map
    /// FOVEA_TEXT: "after", "what attention changed", "channel %1", "from the query"; `whatArgs` stand for %1 …
    std::string what;
    std::vector<std::string> whatArgs = {};
    int channel = -1;                      ///< the one channel or code whose values these are; −1: none, or all of them
    std::optional<int> head = {};          ///< as in FieldSpec, where the map has several
    std::optional<AskedPlace> asked = {};  ///< where these are one row or column of a pairwise map
    std::string unit;
    int frame = -1;  ///< of a clip: whose frame's field this is, counted from the oldest; −1: the field is not of a clip
    Provenance provenance;
};

/// Whether a map can be chosen for the canvas. A Branch map and an outlined region show the features they act on.
FOVEA_API bool hasPicture(const AttentionMap& map) noexcept;

/// The map of a module that is shown first: the one with the smallest rank of its kind, which MapKindInfo::rank gives; null when
/// none has a picture.
FOVEA_API const AttentionMap* defaultMap(const AttentionOutput& output);

/// Of a Pairwise map whose queries or keys are channels or codes: the one which `spec` chooses, or which has the most weight.
FOVEA_API int chosenCode(const AttentionMap& map, const FieldSpec& spec);

/// The field `spec` names. Missing module or map, or a map kind without a picture, is an error.
/// Of a map over a clip it is the field of the frame `spec` shows; all frames of one query, or of one gate, share their scale.
FOVEA_API Result<ScalarField> makeField(const FrameResult& result, const FieldSpec& spec);

/// The frame over which that field lies: of a map over a clip the clip's frame which `spec` shows, else the result's own.
FOVEA_API const Frame& shownFrame(const FrameResult& result, const FieldSpec& spec);

/// The cell of a position on the picture (pixels of the upright picture); clamped into the grid.
struct Cell {
    int i = 0;
    int j = 0;
    bool operator==(const Cell&) const = default;
};
FOVEA_API Cell cellAt(const ScalarField& field, double x, double y) noexcept;

/// Statistics of a field over the cells which take part; areas as fractions of all cells.
struct FieldStatistics {
    float min = 0.0F;
    float max = 0.0F;
    double mean = 0.0;
    Cell peak;
    double halfMassArea = 0.0;    ///< least share of cells which holds half of Σ|value|; 0 for an all-zero field
    double entropyBits = 0.0;     ///< of |value| / Σ|value|
    double maxEntropyBits = 0.0;  ///< of equal weights in all cells which take part
    std::vector<int> histogram;   ///< 64 equal bins over [min, max]; a constant field fills the first
};
FOVEA_API FieldStatistics fieldStatistics(const ScalarField& field);

/// Where the peak lies, in words for a screen reader: FOVEA_TEXT "upper left" … "centre".
FOVEA_API std::string regionName(const ScalarField& field, const Cell& cell);

}  // namespace fovea
