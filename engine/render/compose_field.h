#pragma once

#include <cstdint>
#include <vector>

#include "engine/kernels/paint_field.h"
#include "engine/render/compose.h"
#include "engine/render/compose_picture.h"

namespace fovea {

/// Draws a field over rows of the picture. Values are brought onto 0..255 once per cell; between cell centres the values are
/// interpolated and only then saturated and coloured, which is the same as interpolating the values themselves. What a plain
/// style does not ask for (threshold, lines, brightness) happens in further steps over the row. Const after construction.
class FieldRows final {
public:
    /// Working memory of one band.
    struct Scratch {
        std::vector<float> cells;
        std::vector<float> positions;
        kernels::BlendMemory blend;
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
    [[nodiscard]] kernels::CellTaps taps(double position, double origin, double step, int cells) const;
    [[nodiscard]] kernels::CellTaps rowTaps(int v) const;
    [[nodiscard]] kernels::CellRows cellRows(const std::vector<float>& cells, const kernels::CellTaps& row) const;
    void place(const kernels::CellTaps& row, Scratch& scratch) const;
    void findLevels(const kernels::CellTaps& row, const std::vector<float>& positions, std::vector<int>& levels) const;
    void drawLines(int v, const kernels::CellTaps& row, std::uint32_t* out, Scratch& scratch) const;

    const ScalarField& m_field;
    Viewport m_viewport;
    PictureSpan m_columns;
    PictureSpan m_rows;
    bool m_smooth = true;
    OverlayMode m_mode = OverlayMode::Blend;
    bool m_thresholded = false;
    double m_threshold = 0.0;
    int m_contours = 0;
    kernels::Dimming m_dimming;
    kernels::BlendTable m_blend;
    std::vector<float> m_positions;
    std::vector<kernels::CellTaps> m_columnTaps;
};

}  // namespace fovea
