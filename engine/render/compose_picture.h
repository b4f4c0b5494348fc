#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

#include "engine/kernels/paint_picture.h"
#include "engine/render/compose.h"

namespace fovea {

/// Output pixels [first, last) along one axis whose centres lie on the picture.
struct PictureSpan {
    int first = 0;
    int last = 0;
};

/// Picture position of the centre of an output pixel along one axis.
inline double picturePosition(double origin, double zoom, int pixel) noexcept { return origin + (pixel + 0.5) / zoom; }

/// Draws the picture row by row as the viewport asks: means of areas below zoom 1, bilinear between pixels up to zoom 2, and from
/// there on the pixels themselves. Const after construction, so that bands of rows can be drawn side by side.
class PictureRows final {
public:
    /// Working memory of one band.
    using Scratch = std::vector<float>;

    PictureRows(const cv::Mat& picture, const Viewport& viewport);

    [[nodiscard]] PictureSpan columns() const noexcept { return m_columns; }
    [[nodiscard]] PictureSpan rows() const noexcept { return m_rows; }
    /// Writes 0xFFRRGGBB to the columns of the picture in output row `v`, which lies in rows().
    void draw(int v, std::uint32_t* out, Scratch& scratch) const;

private:
    enum class Mode { Nearest, Bilinear, Area };
    [[nodiscard]] kernels::PictureTaps taps(double origin, int pixel, int extent) const;

    const cv::Mat& m_picture;
    Viewport m_viewport;
    Mode m_mode = Mode::Nearest;
    PictureSpan m_columns;
    PictureSpan m_rows;
    std::vector<kernels::PictureTaps> m_columnTaps;  ///< of m_columns
};

}  // namespace fovea
