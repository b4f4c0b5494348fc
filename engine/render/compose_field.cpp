#include "engine/render/compose_field.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The colours of a field, or their luma as greys when it is stale.
ColorTable blendedColors(const ScalarField& field, const OverlayStyle& style) {
    ColorTable colors = effectiveColormap(field, style).table;
    if (style.stale) {
        for (std::uint32_t& color : colors) {
            color = 0xFF000000U | kernels::luma(color) * 0x010101U;
        }
    }
    return colors;
}

double clampedOpacity(double opacity) { return opacity > 0.0 ? std::min(opacity, 1.0) : 0.0; }

/// The colours times the opacity, in 256ths.
kernels::BlendTable blendTable(const ColorTable& colors, double opacity) {
    constexpr std::size_t kLanes = kernels::BlendTable::kLanes;
    kernels::BlendTable table;
    const auto alpha = static_cast<std::uint32_t>(std::lround(clampedOpacity(opacity) * 256.0));
    table.rest = static_cast<std::uint16_t>(256U - alpha);
    for (std::size_t k = 0; k < table.added.size(); ++k) {
        const std::uint32_t color = colors[k / kLanes] >> (8 * (k % kLanes)) & 0xFFU;
        table.added[k] = static_cast<std::uint16_t>(color * alpha + 128U);
    }
    return table;
}

}  // namespace

FieldRows::FieldRows(const ScalarField& field, const OverlayStyle& style, const Viewport& viewport, PictureSpan columns,
                     PictureSpan rows)
    : m_field(field),
      m_viewport(viewport),
      m_columns(columns),
      m_rows(rows),
      m_smooth(style.smooth && !field.discrete && !field.gaps),
      m_mode(style.mode),
      m_thresholded(style.thresholded && !std::isnan(style.threshold)),
      m_threshold(style.threshold),
      m_contours(std::clamp(style.contours, 0, 255)),
      m_blend(blendTable(blendedColors(field, style), style.opacity)),
      m_positions(field.values.size()) {
    const ValueRange range = effectiveRange(field, style);
    const double scale = range.hi > range.lo ? 255.0 / (static_cast<double>(range.hi) - range.lo) : 0.0;
    // A flat field has no position on its scale: the low end, or the neutral middle where 0 is the centre.
    const double flat = field.diverging ? 128.0 : 0.0;
    kernels::positionsOf(field.values.data(), field.values.size(), range.lo, scale, flat, m_positions.data());
    if (scale > 0.0) {
        m_dimming.center = field.diverging ? -range.lo * scale : 0.0;
        m_dimming.inverse = 1.0 / std::max(std::abs(m_dimming.center), std::abs(255.0 - m_dimming.center));
    }
    m_dimming.opacity = clampedOpacity(style.opacity);
    m_dimming.magnitude = field.diverging;
    m_dimming.grey = style.stale;
    const CellGeometry& g = field.geometry;
    for (int u = columns.first; u < columns.last; ++u) {
        m_columnTaps.push_back(taps(picturePosition(viewport.originX, viewport.zoom, u), g.originX, g.stepX, field.width));
    }
}

kernels::CellTaps FieldRows::taps(double position, double origin, double step, int cells) const {
    const double inCells = (position - origin) / step;
    const double wanted = m_smooth ? inCells - 0.5 : std::floor(inCells);
    const double clamped = wanted > 0.0 ? std::min(wanted, cells - 1.0) : 0.0;
    kernels::CellTaps t;
    t.first = static_cast<int>(clamped);
    t.last = std::min(t.first + 1, cells - 1);
    t.weight = static_cast<float>(clamped - t.first);
    return t;
}

kernels::CellTaps FieldRows::rowTaps(int v) const {
    const CellGeometry& g = m_field.geometry;
    return taps(picturePosition(m_viewport.originY, m_viewport.zoom, v), g.originY, g.stepY, m_field.height);
}

void FieldRows::draw(int v, std::uint32_t* out, Scratch& scratch) const {
    const kernels::CellTaps row = rowTaps(v);
    std::uint32_t* pixels = out + m_columns.first;
    const bool holes = m_field.gaps || m_thresholded;
    if (holes) {
        scratch.picture.assign(pixels, out + m_columns.last);
    }
    place(row, scratch);
    const float* positions = scratch.positions.data();
    if (m_mode == OverlayMode::Brightness) {
        kernels::dimRow(m_dimming, positions, m_columnTaps.size(), pixels);
    } else {
        kernels::blendRow(m_blend, positions, m_columnTaps.size(), scratch.blend, pixels);
    }
    if (m_contours > 0) {
        drawLines(v, row, pixels, scratch);
    }
    if (holes) {
        const kernels::Visible visible{m_thresholded, m_field.diverging, m_threshold};
        kernels::uncoverRow(cellRows(m_field.values, row), m_columnTaps.data(), m_columnTaps.size(), visible,
                            scratch.picture.data(), scratch.values, pixels);
    }
}

kernels::CellRows FieldRows::cellRows(const std::vector<float>& cells, const kernels::CellTaps& row) const {
    const auto width = static_cast<std::ptrdiff_t>(m_field.width);
    return {cells.data() + row.first * width, cells.data() + row.last * width, row.weight, m_field.width};
}

/// The positions of a row's pixels.
void FieldRows::place(const kernels::CellTaps& row, Scratch& scratch) const {
    scratch.positions.resize(m_columnTaps.size());
    kernels::placeRow(cellRows(m_positions, row), m_columnTaps.data(), m_columnTaps.size(), scratch.cells,
                      scratch.positions.data());
}

void FieldRows::findLevels(const kernels::CellTaps& row, const std::vector<float>& positions, std::vector<int>& levels) const {
    levels.resize(m_columnTaps.size());
    const float* cells = m_field.gaps ? cellRows(m_field.values, row).upper : nullptr;
    kernels::levelsOfRow(positions.data(), levels.size(), m_contours, cells, m_columnTaps.data(), levels.data());
}

void FieldRows::drawLines(int v, const kernels::CellTaps& row, std::uint32_t* out, Scratch& scratch) const {
    if (scratch.rowBelow == v) {
        std::swap(scratch.levels, scratch.levelsBelow);
        scratch.rowBelow = -1;
    } else {
        findLevels(row, scratch.positions, scratch.levels);
    }
    const bool last = v + 1 >= m_rows.last;
    if (!last) {
        const kernels::CellTaps below = rowTaps(v + 1);
        place(below, scratch);
        findLevels(below, scratch.positions, scratch.levelsBelow);
        scratch.rowBelow = v + 1;
    }
    kernels::lineRow(scratch.levels.data(), last ? nullptr : scratch.levelsBelow.data(), scratch.levels.size(), out);
}

}  // namespace fovea
