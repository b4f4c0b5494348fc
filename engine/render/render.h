#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "engine/api.h"
#include "engine/render/channel_grid.h"
#include "engine/render/comparison.h"
#include "engine/render/compose.h"
#include "engine/render/field.h"
#include "engine/render/steps.h"

namespace fovea {

/// What a view wants painted; a plain value which captures its inputs.
struct OverlayRequest {
    std::shared_ptr<const FrameResult> result;
    std::optional<FieldSpec> field;  ///< nothing: the picture alone
    OverlayStyle style;
    Viewport viewport;
    std::uint32_t background = 0xFF000000;
    std::optional<ValueRange> rangeBefore = {};  ///< of the picture before, for OverlayStyle::rangeSmoothing
    std::optional<FieldSpec> minus = {};         ///< the field drawn is `field` − this one
    Frame over = {};  ///< when valid and as large as the result's frame: this newer picture is drawn instead, the field stale
};

/// A pairwise map's matrix as a picture.
struct MatrixRequest {
    std::shared_ptr<const FrameResult> result;
    JobId job;
    std::string map;
    int head = -1;
    OverlayStyle style;
    int side = 256;  ///< most device pixels along either axis
    int group = 0;   ///< of several matrices: matrixGroup()
};

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

/// Pure: the pixels of a request. Runs on the render thread, in exports and on the command line alike. StepRequest and
/// ChannelGridRequest have theirs beside them.
FOVEA_API RenderedOverlay render(const OverlayRequest& request, const std::stop_token& stop = {});
FOVEA_API RenderedMatrix render(const MatrixRequest& request, const std::stop_token& stop = {});

/// The kind of picture which answers a kind of request.
template <class Request>
using RenderedOf = decltype(render(std::declval<const Request&>(), std::declval<const std::stop_token&>()));

template <class Rendered>
const std::shared_ptr<const cv::Mat>& pixelsOf(const Rendered& rendered) {
    return rendered.pixels;
}
inline const std::shared_ptr<const cv::Mat>& pixelsOf(const RenderedMatrix& rendered) { return rendered.picture.pixels; }

/// Whether the painting was stopped: there are neither pixels nor a reason why.
template <class Rendered>
bool wasStopped(const Rendered& rendered) {
    return pixelsOf(rendered) == nullptr && (!rendered.error || rendered.error->code == ErrorCode::Cancelled);
}

}  // namespace fovea
