#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "engine/api.h"
#include "engine/render/channel_grid.h"
#include "engine/render/comparison.h"
#include "engine/render/compose.h"
#include "engine/render/field.h"
#include "engine/render/stages.h"

namespace fovea {

/// What a view wants painted; a plain value which captures its inputs.
struct OverlayRequest {
    std::shared_ptr<const FrameResult> result;
    std::optional<FieldSpec> field;  ///< nothing: the picture alone
    OverlayStyle style;
    Viewport viewport;
    std::uint32_t background = 0xFF000000;
    std::optional<ValueRange> rangeBefore = {};           ///< of the picture before, for OverlayStyle::rangeSmoothing
    std::optional<FieldSpec> minus = {};                  ///< the field drawn is `field` − this one
    std::shared_ptr<const FrameResult> minusResult = {};  ///< where that one is from; null: from `result`
    Frame over = {};  ///< when valid and as large as the result's frame: this newer picture is drawn instead, the field stale
};

/// A pairwise map's matrix as a picture.
struct MatrixRequest {
    std::shared_ptr<const FrameResult> result;
    std::string module;
    std::string slot = {};
    std::string map;
    int head = -1;
    OverlayStyle style;
    int side = 256;  ///< most device pixels along either axis
    int group = 0;   ///< of several matrices: matrixGroup()
};
using RenderRequest = std::variant<OverlayRequest, MatrixRequest, StageRequest, ChannelGridRequest>;

/// Pixels, or the reason there are none.
struct RenderedOverlay {
    std::shared_ptr<const cv::Mat> pixels;     ///< CV_8UC4; null only when stopped
    std::shared_ptr<const ScalarField> field;  ///< null when the picture was drawn alone
    std::shared_ptr<const FieldStatistics> statistics;
    std::shared_ptr<const MapComparison> comparison = {};  ///< of `field` with `minus`, where a difference was drawn
    OverlayRequest request;
    std::optional<Error> error;  ///< why the field could not be made; the picture is drawn all the same
    double milliseconds = 0.0;
};
struct RenderedMatrix {
    MatrixPicture picture;
    MatrixRequest request;
    std::optional<Error> error;
};
using Rendered = std::variant<RenderedOverlay, RenderedMatrix, RenderedStage, RenderedChannelGrid>;

/// Pure: the pixels of a request. Runs on the render thread, in exports and on the command line alike.
FOVEA_API Rendered render(const RenderRequest& request, const std::stop_token& stop = {});

}  // namespace fovea
