#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/api.h"
#include "engine/render/colormap.h"
#include "engine/render/field.h"
#include "engine/source/frame.h"

namespace cv {
class Mat;
}

namespace fovea {

/// What a field does to the picture under it.
enum class OverlayMode {
    Blend,       ///< its colours lie over the picture
    Brightness,  ///< the picture keeps its own colours and is dark where the field is low: pixel · (1 − opacity · (1 − p)); p is
                 ///< the value's place on the range, 0..1, or |value| / the farther end's |value| for diverging fields
};

// The upper ends of a style's numbers.
inline constexpr double kLargestClipShare = 0.499;
inline constexpr int kMostContours = 32;
inline constexpr double kLargestRangeSmoothing = 0.99;
inline constexpr double kFarthestValue = 1e30;  ///< an end of a range, or a threshold, lies at most so far from 0

/// How a field is drawn. Display is not data: nothing here re-runs a model.
struct OverlayStyle {
    std::string colormap = "inferno";
    std::string divergingColormap = "blue-red";  ///< used for diverging fields
    double opacity = 0.6;                        ///< 0..1
    bool smooth = true;                          ///< bilinear between cell centres; false: flat cells
    bool autoRange = true;                       ///< the field's scaleMin..scaleMax; else `range`
    bool clipped = false;  ///< the automatic range leaves `clipShare` of the cells outside; nothing for masks and shared scales
    ValueRange range;
    double rangeSmoothing = 0.0;  ///< share of the range before in the automatic range of a moving picture, below 1; 0: none
    bool stale = false;           ///< the field is older than the picture: greys of the colours' luminance instead of the colours
    double clipShare = kClippedShare;  ///< 0..0.5: share of the cells above a clipped range, or beyond both ends when diverging
    OverlayMode mode = OverlayMode::Blend;
    bool thresholded = false;  ///< only values of at least `threshold` are drawn (|value| for diverging fields); nothing when NaN
    float threshold = 0.0F;
    int contours = 0;  ///< lines at so many values inside the range, equally spaced; they stay at every opacity
    bool operator==(const OverlayStyle&) const = default;
};

/// The range and table actually used for this field. A clipped range of another share than kClippedShare is found in the values:
/// once per picture is cheap, once per pixel is not.
FOVEA_API ValueRange effectiveRange(const ScalarField& field, const OverlayStyle& style);
FOVEA_API const Colormap& effectiveColormap(const ScalarField& field, const OverlayStyle& style);

/// Which part of the picture is drawn where: output pixel (u, v) shows picture position originX + (u+0.5)/zoom, likewise y.
struct Viewport {
    double originX = 0.0;
    double originY = 0.0;
    double zoom = 1.0;  ///< output pixels per picture pixel
    int width = 0;      ///< of the output
    int height = 0;
    bool operator==(const Viewport&) const = default;
};

/// The viewport which shows the whole picture at its own size.
FOVEA_API Viewport fullViewport(const Frame& frame) noexcept;

/// Paints picture and field (null: the picture alone) into a CV_8UC4 image of the viewport's size, B,G,R,255 in memory.
/// Outside the picture the pixels are `background` (0xFFRRGGBB). Returns an empty Mat when stopped.
FOVEA_API cv::Mat composeOverlay(const Frame& frame, const ScalarField* field, const OverlayStyle& style,
                                 const Viewport& viewport, std::uint32_t background, const std::stop_token& stop = {});

/// A pairwise matrix as a picture of at most `side`×`side` pixels (block means; of one head, or over heads as pairwiseRow()
/// takes them), CV_8UC4, with its range. Positions are in the order t, h, w.
struct MatrixPicture {
    std::shared_ptr<const cv::Mat> pixels;
    int queries = 0;
    int keys = 0;
    float min = 0.0F;  ///< of the block means shown
    float max = 0.0F;
};
FOVEA_API Result<MatrixPicture> composeMatrix(const AttentionMap& map, int head, const OverlayStyle& style, int side,
                                              const std::stop_token& stop = {}, int group = 0);

/// Which matrix of a map with several belongs to `spec`: that of the frame shown, or of the place of the query. 0 for one matrix.
FOVEA_API int matrixGroup(const AttentionMap& map, const FieldSpec& spec) noexcept;

}  // namespace fovea
