#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/compose.h"
#include "engine/result.h"

namespace cv {
class Mat;
}

namespace fovea {

/// What the tiles of a grid are.
enum class GridSubject {
    Channels,  ///< of the features
    Heads,     ///< of the pairwise map on the canvas: where each of them looks from the query
};

/// What a channel's tile shows. Heads know Before alone.
enum class GridMode {
    Before,   ///< x_c
    After,    ///< w_c·x_c with the module's channel gate (and what an intervention multiplies x_c by), or, where it has none,
              ///< channel c of its output
    Changed,  ///< after − before
};

/// The order of the tiles: descending but for Index; equal ones in the order of their indices, NaN last.
enum class GridSort { Weight, Index, Change, Likeness };

/// Numbers per channel or head which belong to one result, one map on the canvas and one query. Answers carry them, and the next
/// request may give them back, so that they are computed once per result.
struct GridNumbers {
    std::vector<float> weight;  ///< Channels: the gate w_c; without a gate mean |out_c| / mean |x_c|; NaN when there is neither.
                                ///< Heads: the largest weight of the head's row
    std::vector<float>
        change;  ///< Channels: mean over cells of |after − before|, NaN without after. Heads: mean of |row − mean row|
    std::vector<float> likeness;  ///< Pearson correlation over cells with the map on the canvas; NaN where one of both is flat
    bool gated = false;           ///< Channels: the module has a channel gate
    std::optional<ValueRange> before, after, changed;  ///< of all tiles together

    // What they are of.
    std::shared_ptr<const JobResult> of;
    std::shared_ptr<const Features> features;
    FieldSpec field;
    GridSubject subject = GridSubject::Channels;

    [[nodiscard]] int count() const noexcept { return static_cast<int>(weight.size()); }
};

/// The visible rows of a grid of tiles as one picture; its cost grows with them and not with the number of channels.
struct ChannelGridRequest {
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;  ///< the map on the canvas: module, what likeness compares with, and the heads' map and query
    GridSubject subject = GridSubject::Channels;
    GridMode mode = GridMode::Before;
    GridSort sort = GridSort::Weight;
    bool ownScales = false;                         ///< each tile its own range instead of one for all
    std::vector<int> pinned = {};                   ///< come first, in this order
    std::optional<std::vector<int>> among = {};     ///< only these: what a search found
    std::vector<int> order = {};                    ///< kept as it is when it holds the same indices; empty: sorted anew
    std::shared_ptr<const GridNumbers> known = {};  ///< of an earlier answer
    int columns = 1;
    int firstRow = 0;
    int rows = 0;
    int tileWidth = 0;  ///< device pixels
    int tileHeight = 0;
    OverlayStyle style = {};  ///< colours and smoothness; the range is that of all tiles
    std::uint32_t background = 0xFF000000;
};

/// One atlas for the visible tiles, or why there is none.
struct RenderedChannelGrid {
    std::shared_ptr<const cv::Mat> pixels;  ///< CV_8UC4, rows·tileHeight × columns·tileWidth; null when stopped or with an error
    std::shared_ptr<const GridNumbers> numbers;
    std::vector<int> order;  ///< of all tiles
    ValueRange range;        ///< of the colours, unless each tile has its own
    bool diverging = false;
    ChannelGridRequest request;
    std::optional<Error> error;
};
FOVEA_API RenderedChannelGrid render(const ChannelGridRequest& request, const std::stop_token& stop = {});

/// The numbers of a result; an error when the module has failed or is not finished, or has no heads.
FOVEA_API Result<std::shared_ptr<const GridNumbers>> gridNumbers(const FrameResult& result, const FieldSpec& field,
                                                                 GridSubject subject);
/// Pinned first, the rest by `sort`, all of them out of `among` when given.
FOVEA_API std::vector<int> gridOrder(const GridNumbers& numbers, GridSort sort, const std::vector<int>& pinned,
                                     const std::optional<std::vector<int>>& among);

}  // namespace fovea
