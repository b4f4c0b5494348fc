#include "engine/render/compose_picture.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

PictureSpan insideSpan(double origin, double zoom, int pixels, int extent) {
    const auto before = [&](int pixel) { return picturePosition(origin, zoom, pixel) < 0.0; };
    const auto inside = [&](int pixel) { return picturePosition(origin, zoom, pixel) < extent; };
    PictureSpan span;
    while (span.first < pixels && before(span.first)) {
        ++span.first;
    }
    span.last = span.first;
    while (span.last < pixels && inside(span.last)) {
        ++span.last;
    }
    return span;
}

bool isWhole(double v) { return v == std::floor(v); }

}  // namespace

PictureRows::PictureRows(const cv::Mat& picture, const Viewport& viewport) : m_picture(picture), m_viewport(viewport) {
    const bool exact = viewport.zoom == 1.0 && isWhole(viewport.originX) && isWhole(viewport.originY);
    m_mode = exact || viewport.zoom >= 2.0 ? Mode::Nearest : viewport.zoom < 1.0 ? Mode::Area : Mode::Bilinear;
    m_columns = insideSpan(viewport.originX, viewport.zoom, viewport.width, picture.cols);
    m_rows = insideSpan(viewport.originY, viewport.zoom, viewport.height, picture.rows);
    for (int u = m_columns.first; u < m_columns.last; ++u) {
        m_columnTaps.push_back(taps(viewport.originX, u, picture.cols));
    }
}

kernels::PictureTaps PictureRows::taps(double origin, int pixel, int extent) const {
    const double position = picturePosition(origin, m_viewport.zoom, pixel);
    kernels::PictureTaps t;
    if (m_mode == Mode::Nearest) {
        t.first = std::clamp(static_cast<int>(position), 0, extent - 1);
    } else if (m_mode == Mode::Bilinear) {
        const double center = std::clamp(position - 0.5, 0.0, extent - 1.0);
        t.first = static_cast<int>(center);
        t.last = std::min(t.first + 1, extent - 1);
        t.weight = static_cast<std::uint32_t>(std::lround((center - t.first) * 256.0));
    } else {
        const double half = 0.5 / m_viewport.zoom;
        const double low = std::clamp(position - half, 0.0, static_cast<double>(extent));
        const double high = std::clamp(position + half, low, static_cast<double>(extent));
        t.first = std::min(static_cast<int>(low), extent - 1);
        t.last = std::clamp(static_cast<int>(std::ceil(high)) - 1, t.first, extent - 1);
        t.head = static_cast<float>((t.first == t.last ? high : t.first + 1.0) - low);
        t.tail = t.first == t.last ? 0.0F : static_cast<float>(high - t.last);
    }
    return t;
}

void PictureRows::draw(int v, std::uint32_t* out, Scratch& scratch) const {
    const kernels::PictureTaps row = taps(m_viewport.originY, v, m_picture.rows);
    const kernels::Picture picture{m_picture.data, static_cast<std::ptrdiff_t>(m_picture.step1()), m_picture.cols,
                                   m_picture.rows};
    const kernels::PictureTaps* columns = m_columnTaps.data();
    const std::size_t count = m_columnTaps.size();
    switch (m_mode) {
        case Mode::Nearest:
            return kernels::paintNearest(picture, row, columns, count, out + m_columns.first);
        case Mode::Bilinear:
            return kernels::paintBilinear(picture, row, columns, count, scratch, out + m_columns.first);
        case Mode::Area:
            return kernels::paintArea(picture, row, columns, count, scratch, out + m_columns.first);
    }
}

}  // namespace fovea
