#include "engine/render/compose.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/kernels/parallel.h"
#include "engine/kernels/value_summaries.h"
#include "engine/render/compose_field.h"
#include "engine/render/compose_picture.h"
#include "engine/render/field_maker.h"

namespace fovea {
namespace {

constexpr int kBandRows = 16;

/// The ends which leave `share` of the cells outside: above, or beyond both ends at one distance from 0.
ValueRange clippedRange(const ScalarField& field, double share) {
    std::vector<float> present = kernels::presentValues(field.values.data(), field.values.size(), field.diverging);
    if (present.empty()) {
        return {field.scaleMin, field.scaleMax};
    }
    const float most = fields::clippedMaximum(present, share);
    return {field.diverging ? -most : field.scaleMin, most};
}

bool drawable(const Viewport& v) {
    return v.zoom > 0.0 && std::isfinite(v.zoom) && std::isfinite(v.originX) && std::isfinite(v.originY);
}

bool drawable(const ScalarField* field) {
    return field != nullptr && field->width > 0 && field->height > 0 &&
           field->values.size() == static_cast<std::size_t>(field->width) * static_cast<std::size_t>(field->height);
}

}  // namespace

ValueRange effectiveRange(const ScalarField& field, const OverlayStyle& style) {
    if (!style.autoRange) {
        return style.range;
    }
    const ValueRange whole{field.scaleMin, field.scaleMax};
    if (!style.clipped || !(style.clipShare > 0.0)) {
        return whole;
    }
    if (field.followedClip) {
        return *field.followedClip;
    }
    if (style.clipShare == kClippedShare && !field.diverging) {
        return {field.scaleMin, field.clippedMax};
    }
    return field.discrete || field.sharedScale ? whole : clippedRange(field, std::min(style.clipShare, 0.5));
}

const Colormap& effectiveColormap(const ScalarField& field, const OverlayStyle& style) {
    if (const Colormap* chosen = findColormap(field.diverging ? style.divergingColormap : style.colormap)) {
        return *chosen;
    }
    return *findColormap(field.diverging ? OverlayStyle{}.divergingColormap : OverlayStyle{}.colormap);
}

Viewport fullViewport(const Frame& frame) noexcept { return {.width = frame.width, .height = frame.height}; }

cv::Mat composeOverlay(const Frame& frame, const ScalarField* field, const OverlayStyle& style, const Viewport& viewport,
                       std::uint32_t background, const std::stop_token& stop) {
    if (viewport.width < 1 || viewport.height < 1 || stop.stop_requested()) {
        return {};
    }
    cv::Mat out(viewport.height, viewport.width, CV_8UC4);
    std::optional<PictureRows> picture;
    std::optional<FieldRows> overlay;
    if (frame.valid() && drawable(viewport)) {
        picture.emplace(*frame.pixels, viewport);
    }
    if (picture && drawable(field)) {
        overlay.emplace(*field, style, viewport, picture->columns(), picture->rows());
    }
    const int bands = (viewport.height + kBandRows - 1) / kBandRows;
    parallelFor(bands, [&](int first, int last) {
        PictureRows::Scratch scratch;
        FieldRows::Scratch fieldScratch;
        for (int band = first; band < last && !stop.stop_requested(); ++band) {
            const int end = std::min((band + 1) * kBandRows, viewport.height);
            for (int v = band * kBandRows; v < end; ++v) {
                // A pixel is the word 0xFFRRGGBB: B, G, R, 255 in memory on the little-endian machines OpenCV and Qt agree on.
                auto* row = out.ptr<std::uint32_t>(v);
                std::fill_n(row, viewport.width, background | 0xFF000000U);
                if (!picture || v < picture->rows().first || v >= picture->rows().last) {
                    continue;
                }
                picture->draw(v, row, scratch);
                if (overlay) {
                    overlay->draw(v, row, fieldScratch);
                }
            }
        }
    });
    return stop.stop_requested() ? cv::Mat() : out;
}

}  // namespace fovea
