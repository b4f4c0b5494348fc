#include "engine/render/render.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/render/kinds/map_kind.h"
#include "engine/render/regions.h"

namespace fovea {
namespace {

using Clock = std::chrono::steady_clock;

/// Lets an automatic range, clipped or not, follow the pictures: a share of the range before stays in it. The ends of the values
/// stay what they are.
void followRange(ScalarField& field, const OverlayRequest& request) {
    const double share = std::clamp(request.style.rangeSmoothing, 0.0, 1.0);
    if (!request.style.autoRange || share == 0.0 || !request.rangeBefore) {
        return;
    }
    const auto follow = [share](float before, float now) { return static_cast<float>(share * before + (1.0 - share) * now); };
    const ValueRange now = effectiveRange(field, request.style);
    const ValueRange followed{follow(request.rangeBefore->lo, now.lo), follow(request.rangeBefore->hi, now.hi)};
    if (request.style.clipped) {
        field.followedClip = followed;
    } else {
        field.scaleMin = followed.lo;
        field.scaleMax = followed.hi;
    }
}

/// Where a mechanism which looks at a part of the picture looks.
void outlineRegions(cv::Mat& pixels, const OverlayRequest& request) {
    const auto module = request.field && request.result ? request.result->find(request.field->job) : nullptr;
    if (pixels.empty() || !module || !module->output) {
        return;
    }
    if (const auto features = request.result->features(request.field->job.model)) {
        drawOutlines(pixels, regionOutlines(*module->output, *features), request.viewport);
    }
}

/// The field of a request; with `minus`, the difference, and how alike both are.
Result<ScalarField> requestedField(const OverlayRequest& request, RenderedOverlay& out) {
    auto field = makeField(*request.result, *request.field);
    if (!field || !request.minus) {
        return field;
    }
    const auto other = makeField(*request.result, *request.minus);
    if (!other) {
        return other.error();
    }
    auto difference = differenceField(*field, *other);
    if (difference) {
        out.comparison = std::make_shared<const MapComparison>(compareFields(*field, *other));
    }
    return difference;
}

Result<MatrixPicture> matrixPicture(const MatrixRequest& request, const std::stop_token& stop) {
    const auto module = request.result ? request.result->find(request.job) : nullptr;
    if (!module) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no result of the module “%1” yet; choose it in the list."),
                         {request.job.source});
    }
    if (!module->output) {
        return module->output.error();
    }
    const auto& maps = module->output->maps;
    const auto it = std::find_if(maps.begin(), maps.end(), [&](const AttentionMap& map) {
        return kindInfo(map).card == MapCard::Matrix && (request.map.empty() || map.name == request.map);
    });
    if (it == maps.end()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "%1 has no matrix “%2”; choose another map."),
                         {module->source.title, request.map});
    }
    return composeMatrix(*it, request.head, request.style, request.side, stop, request.group);
}

}  // namespace

RenderedOverlay render(const OverlayRequest& request, const std::stop_token& stop) {
    const auto start = Clock::now();
    RenderedOverlay out;
    out.request = request;
    if (!request.result) {
        out.error = makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no picture yet; open one."));
    } else if (request.field) {
        auto field = requestedField(request, out);
        if (field) {
            followRange(*field, request);
            out.field = std::make_shared<const ScalarField>(*std::move(field));
            out.statistics = std::make_shared<const FieldStatistics>(fieldStatistics(*out.field));
        } else {
            out.error = field.error();
        }
    }
    const Frame frame = !request.result ? Frame{}
                        : request.field ? shownFrame(*request.result, *request.field)
                                        : request.result->frame;
    OverlayStyle style = request.style;
    style.stale = request.over.valid() && request.over.width == frame.width && request.over.height == frame.height;
    cv::Mat pixels =
        composeOverlay(style.stale ? request.over : frame, out.field.get(), style, request.viewport, request.background, stop);
    if (!stop.stop_requested()) {
        outlineRegions(pixels, request);
        out.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    }
    out.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    return out;
}

RenderedMatrix render(const MatrixRequest& request, const std::stop_token& stop) {
    RenderedMatrix out;
    out.request = request;
    auto picture = matrixPicture(request, stop);
    if (picture) {
        out.picture = *std::move(picture);
    } else {
        out.error = picture.error();
    }
    return out;
}

}  // namespace fovea
