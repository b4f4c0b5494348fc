#include "engine/render/compose_field.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fovea {
namespace {

constexpr float kLastIndex = 255.0F;
constexpr std::uint32_t kDarkLine = 0xFF141414U;
constexpr std::uint32_t kLightLine = 0xFFF0F0F0U;
constexpr int kNoLevel = -1;

/// ITU-R BT.601 luma of 0xFFRRGGBB.
std::uint32_t luma(std::uint32_t color) {
    return (299U * (color >> 16 & 0xFFU) + 587U * (color >> 8 & 0xFFU) + 114U * (color & 0xFFU) + 500U) / 1000U;
}

/// The colours of a field, or their luma as greys when it is stale.
ColorTable blendedColors(const ScalarField& field, const OverlayStyle& style) {
    ColorTable colors = effectiveColormap(field, style).table;
    if (style.stale) {
        for (std::uint32_t& color : colors) {
            color = 0xFF000000U | luma(color) * 0x010101U;
        }
    }
    return colors;
}

double clampedOpacity(double opacity) { return opacity > 0.0 ? std::min(opacity, 1.0) : 0.0; }

/// Table indices of positions on 0..255, saturated.
void saturate(const float* positions, std::size_t count, int* __restrict indices) {
    for (std::size_t k = 0; k < count; ++k) {
        indices[k] = static_cast<int>(std::min(std::max(positions[k], 0.0F), kLastIndex) + 0.5F);
    }
}

}  // namespace

BlendTable::BlendTable(const ColorTable& colors, double opacity) {
    const auto alpha = static_cast<std::uint32_t>(std::lround(clampedOpacity(opacity) * 256.0));
    m_rest = static_cast<std::uint16_t>(256U - alpha);
    for (std::size_t k = 0; k < m_added.size(); ++k) {
        const std::uint32_t color = colors[k / kLanes] >> (8 * (k % kLanes)) & 0xFFU;
        m_added[k] = static_cast<std::uint16_t>(color * alpha + 128U);
    }
}

void BlendTable::over(const int* indices, std::size_t pixels, std::uint16_t* __restrict colors,
                      std::uint32_t* out) const noexcept {
    for (std::size_t k = 0; k < pixels; ++k) {
        std::memcpy(colors + kLanes * k, m_added.data() + kLanes * static_cast<std::size_t>(indices[k]),
                    kLanes * sizeof(std::uint16_t));
    }
    auto* bytes = reinterpret_cast<unsigned char*>(out);
    const std::uint16_t rest = m_rest;
    for (std::size_t k = 0; k < kLanes * pixels; ++k) {
        const auto sum = static_cast<std::uint16_t>(bytes[k] * rest + colors[k]);
        bytes[k] = static_cast<unsigned char>(sum >> 8);
    }
}

FieldRows::FieldRows(const ScalarField& field, const OverlayStyle& style, const Viewport& viewport, PictureSpan columns,
                     PictureSpan rows)
    : m_field(field),
      m_viewport(viewport),
      m_columns(columns),
      m_rows(rows),
      m_smooth(style.smooth && !field.discrete && !field.gaps),
      m_mode(style.mode),
      m_stale(style.stale),
      m_thresholded(style.thresholded && !std::isnan(style.threshold)),
      m_threshold(style.threshold),
      m_contours(std::clamp(style.contours, 0, 255)),
      m_opacity(clampedOpacity(style.opacity)),
      m_blend(blendedColors(field, style), style.opacity) {
    const ValueRange range = effectiveRange(field, style);
    const double scale = range.hi > range.lo ? 255.0 / (static_cast<double>(range.hi) - range.lo) : 0.0;
    // A flat field has no position on its scale: the low end, or the neutral middle where 0 is the centre.
    const double flat = field.diverging ? 128.0 : 0.0;
    constexpr double kFar = 1e18;  // keeps the interpolation of saturated values finite
    m_positions.reserve(field.values.size());
    for (const float v : field.values) {
        const double p = scale > 0.0 ? std::clamp((static_cast<double>(v) - range.lo) * scale, -kFar, kFar) : flat;
        m_positions.push_back(std::isnan(v) ? 0.0F : static_cast<float>(p));
    }
    if (scale > 0.0) {
        m_center = field.diverging ? -range.lo * scale : 0.0;
        m_reach = std::max(std::abs(m_center), std::abs(255.0 - m_center));
    }
    const CellGeometry& g = field.geometry;
    for (int u = columns.first; u < columns.last; ++u) {
        m_columnTaps.push_back(taps(picturePosition(viewport.originX, viewport.zoom, u), g.originX, g.stepX, field.width));
    }
}

FieldRows::CellTaps FieldRows::taps(double position, double origin, double step, int cells) const {
    const double inCells = (position - origin) / step;
    const double wanted = m_smooth ? inCells - 0.5 : std::floor(inCells);
    const double clamped = wanted > 0.0 ? std::min(wanted, cells - 1.0) : 0.0;
    CellTaps t;
    t.first = static_cast<int>(clamped);
    t.last = std::min(t.first + 1, cells - 1);
    t.weight = static_cast<float>(clamped - t.first);
    return t;
}

FieldRows::CellTaps FieldRows::rowTaps(int v) const {
    const CellGeometry& g = m_field.geometry;
    return taps(picturePosition(m_viewport.originY, m_viewport.zoom, v), g.originY, g.stepY, m_field.height);
}

void FieldRows::draw(int v, std::uint32_t* out, Scratch& scratch) const {
    const CellTaps row = rowTaps(v);
    std::uint32_t* pixels = out + m_columns.first;
    const bool holes = m_field.gaps || m_thresholded;
    if (holes) {
        scratch.picture.assign(pixels, out + m_columns.last);
    }
    place(row, scratch);
    if (m_mode == OverlayMode::Brightness) {
        dim(scratch.positions.data(), pixels);
    } else {
        blend(pixels, scratch);
    }
    if (m_contours > 0) {
        drawLines(v, row, pixels, scratch);
    }
    if (holes) {
        uncover(row, pixels, scratch);
    }
}

/// The positions of a row's pixels. Step by step over the whole row, here and in what follows: each step but the look-ups becomes
/// vectors.
void FieldRows::place(const CellTaps& row, Scratch& scratch) const {
    const float* upper = m_positions.data() + static_cast<std::ptrdiff_t>(row.first) * m_field.width;
    const float* lower = m_positions.data() + static_cast<std::ptrdiff_t>(row.last) * m_field.width;
    scratch.cells.resize(static_cast<std::size_t>(m_field.width));
    for (std::size_t j = 0; j < scratch.cells.size(); ++j) {
        scratch.cells[j] = upper[j] + row.weight * (lower[j] - upper[j]);
    }
    scratch.positions.resize(m_columnTaps.size());
    const float* cells = scratch.cells.data();
    std::transform(m_columnTaps.begin(), m_columnTaps.end(), scratch.positions.begin(), [cells](const CellTaps& column) {
        const float left = cells[column.first];
        return left + column.weight * (cells[column.last] - left);
    });
}

void FieldRows::blend(std::uint32_t* out, Scratch& scratch) const {
    const std::size_t pixels = m_columnTaps.size();
    scratch.indices.resize(pixels);
    scratch.colors.resize(BlendTable::kLanes * pixels);
    saturate(scratch.positions.data(), pixels, scratch.indices.data());
    m_blend.over(scratch.indices.data(), pixels, scratch.colors.data(), out);
}

/// The picture times 1 − opacity·(1 − p). Of a stale field the part which the field lets through is grey.
void FieldRows::dim(const float* positions, std::uint32_t* out) const {
    constexpr double kOne = 65536.0;
    const double inverse = m_reach > 0.0 ? 1.0 / m_reach : 0.0;
    const auto kept = static_cast<std::uint32_t>(std::lround((1.0 - m_opacity) * kOne));
    for (std::size_t k = 0; k < m_columnTaps.size(); ++k) {
        const double away = (positions[k] - m_center) * inverse;
        const double p = std::clamp(m_field.diverging ? std::abs(away) : away, 0.0, 1.0);
        const auto let = static_cast<std::uint32_t>(m_opacity * p * kOne + 0.5);
        const std::uint32_t color = out[k];
        const std::uint32_t grey = luma(color);
        std::uint32_t dimmed = 0xFF000000U;
        for (int shift = 0; shift < 24; shift += 8) {
            const std::uint32_t own = color >> shift & 0xFFU;
            const std::uint32_t value = (own * kept + (m_stale ? grey : own) * let + 32768U) >> 16;
            dimmed |= std::min(value, 255U) << shift;
        }
        out[k] = dimmed;
    }
}

/// How many of the lines' values each pixel reaches; kNoLevel in gaps.
void FieldRows::findLevels(const CellTaps& row, const float* positions, std::vector<int>& levels) const {
    levels.resize(m_columnTaps.size());
    const float share = static_cast<float>(m_contours + 1) / kLastIndex;
    for (std::size_t k = 0; k < levels.size(); ++k) {
        const float position = std::min(std::max(positions[k], 0.0F), kLastIndex);
        levels[k] = std::min(static_cast<int>(position * share), m_contours);
    }
    if (m_field.gaps) {
        const float* values = m_field.values.data() + static_cast<std::ptrdiff_t>(row.first) * m_field.width;
        for (std::size_t k = 0; k < levels.size(); ++k) {
            levels[k] = std::isnan(values[m_columnTaps[k].first]) ? kNoLevel : levels[k];
        }
    }
}

/// Lines one pixel wide where a pixel and its right or lower neighbour lie on different sides of a value.
void FieldRows::drawLines(int v, const CellTaps& row, std::uint32_t* out, Scratch& scratch) const {
    if (scratch.rowBelow == v) {
        std::swap(scratch.levels, scratch.levelsBelow);
        scratch.rowBelow = -1;
    } else {
        findLevels(row, scratch.positions.data(), scratch.levels);
    }
    const bool last = v + 1 >= m_rows.last;
    if (!last) {
        const CellTaps below = rowTaps(v + 1);
        place(below, scratch);
        findLevels(below, scratch.positions.data(), scratch.levelsBelow);
        scratch.rowBelow = v + 1;
    }
    const auto differ = [](int a, int b) { return a != b && a != kNoLevel && b != kNoLevel; };
    const std::vector<int>& levels = scratch.levels;
    for (std::size_t k = 0; k < levels.size(); ++k) {
        const bool right = k + 1 < levels.size() && differ(levels[k], levels[k + 1]);
        if (right || (!last && differ(levels[k], scratch.levelsBelow[k]))) {
            out[k] = luma(out[k]) > 127U ? kDarkLine : kLightLine;
        }
    }
}

/// Puts the picture back where a cell takes no part, and where the value is below the threshold. The values themselves are
/// compared, in double, so that a value which equals the threshold is drawn.
void FieldRows::uncover(const CellTaps& row, std::uint32_t* out, Scratch& scratch) const {
    const float* upper = m_field.values.data() + static_cast<std::ptrdiff_t>(row.first) * m_field.width;
    const float* lower = m_field.values.data() + static_cast<std::ptrdiff_t>(row.last) * m_field.width;
    const auto between = [](double a, double b, float weight) {
        return weight > 0.0F ? a + static_cast<double>(weight) * (b - a) : a;
    };
    scratch.values.resize(static_cast<std::size_t>(m_field.width));
    std::transform(upper, upper + m_field.width, lower, scratch.values.begin(),
                   [&](float a, float b) { return between(a, b, row.weight); });
    const double* cells = scratch.values.data();
    for (std::size_t k = 0; k < m_columnTaps.size(); ++k) {
        const CellTaps& column = m_columnTaps[k];
        const double value = between(cells[column.first], cells[column.last], column.weight);
        const double strength = m_field.diverging ? std::abs(value) : value;
        if (m_thresholded ? !(strength >= m_threshold) : std::isnan(value)) {
            out[k] = scratch.picture[k];
        }
    }
}

}  // namespace fovea
