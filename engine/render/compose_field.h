#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/render/compose.h"
#include "engine/render/compose_picture.h"

namespace fovea {

/// Colours times opacity, B, G, R, 255 in 16 bits each, so that a row is blended by one product and one sum a byte.
class BlendTable final {
public:
    static constexpr std::size_t kLanes = 4;

    BlendTable(const ColorTable& colors, double opacity);
    /// Blends `pixels` pixels with the colours at their table indices; `colors` holds kLanes values for each pixel.
    void over(const int* indices, std::size_t pixels, std::uint16_t* __restrict colors, std::uint32_t* out) const noexcept;

private:
    std::array<std::uint16_t, kLanes* 256> m_added = {};
    std::uint16_t m_rest = 256;  ///< share of the picture, of 256
};

/// Draws a field over rows of the picture. Values are brought onto 0..255 once per cell; between cell centres the values are
/// interpolated and only then saturated and coloured, which is the same as interpolating the values themselves. What a plain
/// style does not ask for (threshold, lines, brightness) happens in further steps over the row. Const after construction.
class FieldRows final {
public:
    /// Working memory of one band.
    struct Scratch {
        std::vector<float> cells;
        std::vector<float> positions;
        std::vector<int> indices;
        std::vector<std::uint16_t> colors;
        std::vector<std::uint32_t> picture;
        std::vector<double> values;
        std::vector<int> levels;
        std::vector<int> levelsBelow;
        int rowBelow = -1;  ///< the output row of `levelsBelow`
    };

    /// Over the rows and columns of the picture.
    FieldRows(const ScalarField& field, const OverlayStyle& style, const Viewport& viewport, PictureSpan columns,
              PictureSpan rows);
    /// Draws onto output row `v`, which holds the picture.
    void draw(int v, std::uint32_t* out, Scratch& scratch) const;

private:
    /// Which cells an output pixel reads along one axis: both by `weight`, or only the first.
    struct CellTaps {
        int first = 0;
        int last = 0;
        float weight = 0.0F;
    };

    [[nodiscard]] CellTaps taps(double position, double origin, double step, int cells) const;
    [[nodiscard]] CellTaps rowTaps(int v) const;
    void place(const CellTaps& row, Scratch& scratch) const;
    void blend(std::uint32_t* out, Scratch& scratch) const;
    void dim(const float* positions, std::uint32_t* out) const;
    void findLevels(const CellTaps& row, const float* positions, std::vector<int>& levels) const;
    void drawLines(int v, const CellTaps& row, std::uint32_t* out, Scratch& scratch) const;
    void uncover(const CellTaps& row, std::uint32_t* out, Scratch& scratch) const;

    const ScalarField& m_field;
    Viewport m_viewport;
    PictureSpan m_columns;
    PictureSpan m_rows;
    bool m_smooth = true;
    OverlayMode m_mode = OverlayMode::Blend;
    bool m_stale = false;
    bool m_thresholded = false;
    double m_threshold = 0.0;
    int m_contours = 0;
    double m_opacity = 0.0;
    double m_center = 0.0;  ///< the position of p = 0
    double m_reach = 0.0;   ///< from there to p = 1; 0: p is 0 everywhere
    BlendTable m_blend;
    std::vector<float> m_positions;
    std::vector<CellTaps> m_columnTaps;
};

}  // namespace fovea
