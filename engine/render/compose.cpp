#include "engine/render/compose.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/render/compose_picture.h"
#include "engine/tensor/parallel.h"

namespace fovea {
namespace {

constexpr int kBandRows = 16;

/// Colours times opacity, B, G, R, 255 in 16 bits each, so that a row is blended by one product and one sum a byte.
struct BlendTable {
    static constexpr std::size_t kLanes = 4;
    std::array<std::uint16_t, kLanes* 256> added = {};
    std::uint16_t rest = 256;  ///< share of the picture, of 256

    BlendTable(const ColorTable& colors, double opacity) {
        const auto alpha = static_cast<std::uint32_t>(opacity > 0.0 ? std::lround(std::min(opacity, 1.0) * 256.0) : 0);
        rest = static_cast<std::uint16_t>(256U - alpha);
        for (std::size_t k = 0; k < added.size(); ++k) {
            const std::uint32_t color = colors[k / kLanes] >> (8 * (k % kLanes)) & 0xFFU;
            added[k] = static_cast<std::uint16_t>(color * alpha + 128U);
        }
    }

    /// Blends `pixels` pixels with the colours at their table indices; `colors` holds kLanes values for each pixel.
    void over(const int* indices, std::size_t pixels, std::uint16_t* __restrict colors, std::uint32_t* out) const noexcept {
        for (std::size_t k = 0; k < pixels; ++k) {
            std::memcpy(colors + kLanes * k, added.data() + kLanes * static_cast<std::size_t>(indices[k]),
                        kLanes * sizeof(std::uint16_t));
        }
        auto* bytes = reinterpret_cast<unsigned char*>(out);
        for (std::size_t k = 0; k < kLanes * pixels; ++k) {
            const auto sum = static_cast<std::uint16_t>(bytes[k] * rest + colors[k]);
            bytes[k] = static_cast<unsigned char>(sum >> 8);
        }
    }
};

/// The colours of a field, or their luma (ITU-R BT.601) as greys when it is stale.
ColorTable blendedColors(const ScalarField& field, const OverlayStyle& style) {
    ColorTable colors = effectiveColormap(field, style).table;
    if (style.stale) {
        for (std::uint32_t& color : colors) {
            const std::uint32_t red = color >> 16 & 0xFFU;
            const std::uint32_t green = color >> 8 & 0xFFU;
            color = 0xFF000000U | (299U * red + 587U * green + 114U * (color & 0xFFU) + 500U) / 1000U * 0x010101U;
        }
    }
    return colors;
}

/// Table indices of positions on 0..255, saturated.
void saturate(const float* positions, std::size_t count, int* __restrict indices) {
    for (std::size_t k = 0; k < count; ++k) {
        indices[k] = static_cast<int>(std::min(std::max(positions[k], 0.0F), 255.0F) + 0.5F);
    }
}

/// Which cells an output pixel reads along one axis: both by `weight`, or only the first.
struct CellTaps {
    int first = 0;
    int last = 0;
    float weight = 0.0F;
};

CellTaps cellTaps(double position, double origin, double step, int cells, bool smooth) {
    const double inCells = (position - origin) / step;
    const double wanted = smooth ? inCells - 0.5 : std::floor(inCells);
    const double clamped = wanted > 0.0 ? std::min(wanted, cells - 1.0) : 0.0;
    CellTaps t;
    t.first = static_cast<int>(clamped);
    t.last = std::min(t.first + 1, cells - 1);
    t.weight = static_cast<float>(clamped - t.first);
    return t;
}

/// Draws a field over rows of the picture. Values are brought onto 0..255 once per cell; between cell centres the values are
/// interpolated and only then saturated and coloured, which is the same as interpolating the values themselves.
class FieldRows final {
public:
    /// Working memory of one band.
    struct Scratch {
        std::vector<float> cells;
        std::vector<float> positions;
        std::vector<int> indices;
        std::vector<std::uint16_t> colors;
        std::vector<std::uint32_t> picture;
    };

    FieldRows(const ScalarField& field, const OverlayStyle& style, const Viewport& viewport, PictureSpan columns)
        : m_field(field),
          m_viewport(viewport),
          m_columns(columns),
          m_smooth(style.smooth && !field.discrete && !field.gaps),
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
        const CellGeometry& g = field.geometry;
        for (int u = columns.first; u < columns.last; ++u) {
            const double x = picturePosition(viewport.originX, viewport.zoom, u);
            m_columnTaps.push_back(cellTaps(x, g.originX, g.stepX, field.width, m_smooth));
        }
    }

    void draw(int v, std::uint32_t* out, Scratch& scratch) const {
        const CellGeometry& g = m_field.geometry;
        const double y = picturePosition(m_viewport.originY, m_viewport.zoom, v);
        const CellTaps row = cellTaps(y, g.originY, g.stepY, m_field.height, m_smooth);
        const float* upper = m_positions.data() + static_cast<std::ptrdiff_t>(row.first) * m_field.width;
        const float* lower = m_positions.data() + static_cast<std::ptrdiff_t>(row.last) * m_field.width;
        scratch.cells.resize(static_cast<std::size_t>(m_field.width));
        for (std::size_t j = 0; j < scratch.cells.size(); ++j) {
            scratch.cells[j] = upper[j] + row.weight * (lower[j] - upper[j]);
        }
        // Step by step over the whole row: each step but the look-ups becomes vectors.
        const std::size_t pixels = m_columnTaps.size();
        scratch.positions.resize(pixels);
        scratch.indices.resize(pixels);
        scratch.colors.resize(BlendTable::kLanes * pixels);
        const float* cells = scratch.cells.data();
        std::transform(m_columnTaps.begin(), m_columnTaps.end(), scratch.positions.begin(), [cells](const CellTaps& column) {
            const float left = cells[column.first];
            return left + column.weight * (cells[column.last] - left);
        });
        saturate(scratch.positions.data(), pixels, scratch.indices.data());
        if (m_field.gaps) {
            scratch.picture.assign(out + m_columns.first, out + m_columns.last);
        }
        m_blend.over(scratch.indices.data(), pixels, scratch.colors.data(), out + m_columns.first);
        if (m_field.gaps) {
            uncover(row.first, scratch.picture, out + m_columns.first);
        }
    }

private:
    /// Puts the picture back where a cell of row `i` takes no part.
    void uncover(int i, const std::vector<std::uint32_t>& picture, std::uint32_t* out) const {
        const float* values = m_field.values.data() + static_cast<std::ptrdiff_t>(i) * m_field.width;
        for (std::size_t k = 0; k < m_columnTaps.size(); ++k) {
            if (std::isnan(values[m_columnTaps[k].first])) {
                out[k] = picture[k];
            }
        }
    }

    const ScalarField& m_field;
    Viewport m_viewport;
    PictureSpan m_columns;
    bool m_smooth = true;
    BlendTable m_blend;
    std::vector<float> m_positions;
    std::vector<CellTaps> m_columnTaps;
};

bool drawable(const Viewport& v) {
    return v.zoom > 0.0 && std::isfinite(v.zoom) && std::isfinite(v.originX) && std::isfinite(v.originY);
}

bool drawable(const ScalarField* field) {
    return field != nullptr && field->width > 0 && field->height > 0 &&
           field->values.size() == static_cast<std::size_t>(field->width) * static_cast<std::size_t>(field->height);
}

}  // namespace

ValueRange effectiveRange(const ScalarField& field, const OverlayStyle& style) noexcept {
    if (!style.autoRange) {
        return style.range;
    }
    return {field.scaleMin, style.clipped ? field.clippedMax : field.scaleMax};
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
        overlay.emplace(*field, style, viewport, picture->columns());
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
