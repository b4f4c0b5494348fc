#pragma once

#include <QCoreApplication>
#include <QFont>
#include <QRect>
#include <QString>

#include <optional>
#include <vector>

#include "engine/attention/module.h"
#include "widgets/canvas_layers.h"
#include "widgets/canvas_pins.h"
#include "widgets/canvas_view.h"

class QPainter;

namespace fovea {

/// What is said on a canvas beside its picture and map.
struct CanvasLabels {
    QString chip;  ///< what is shown; none while empty
    std::optional<Domain> domain;
    bool isHard = false;                ///< of the mechanism: its chip has a dashed rim
    double chipLeft = 0.0;              ///< where the chip may begin
    QString placeholder;                ///< instead of a picture
    bool hasReading = false;            ///< the value under the cursor stands in the corner
    std::optional<QPointF> ghost = {};  ///< picture position of the cursor on a linked canvas
};

/// Paints a picture with its map, and what stands on both. It knows neither widget nor mouse.
class CanvasPainter final {
    Q_DECLARE_TR_FUNCTIONS(fovea::Canvas)

public:
    CanvasPainter(QPainter& painter, const QFont& font, const CanvasView& view, const CanvasLayers& layers,
                  const CanvasLabels& labels);

    /// In `rect`, while there is no picture; the others are painted where there is one.
    void paintPlaceholder(const QRect& rect);
    void paintPicture();
    /// Writes values into large cells.
    void paintCells();
    /// The cell where the arrow keys are: fractions of the picture.
    void paintSpot(QPointF fraction);
    void paintPins(const std::vector<CanvasPin>& pins);
    /// The same place as under the cursor on another pane, and what this pane's map says there or under its own cursor, which is
    /// at the picture position `cursor`.
    void paintReading(const std::optional<QPointF>& cursor);
    /// The words stand under the chip, and the border says at a glance that map and picture do not belong together.
    void paintStaleness();
    void paintChip();
    void paintError();

private:
    void paintLayer(const CanvasLayers::Layer& layer);
    void paintCell(const QRectF& rect, const QString& text);
    void paintPin(const CanvasPin& pin);
    void paintGhost(QPointF at);
    /// Of the cell in row i and column j of a field.
    [[nodiscard]] QRectF cellRect(const CellGeometry& geometry, int i, int j) const;
    /// The mean colour which is painted there.
    [[nodiscard]] QColor colourUnder(const QRectF& rect) const;

    QPainter& m_painter;
    QFont m_font;
    const CanvasView& m_view;
    const CanvasLayers& m_layers;
    const CanvasLabels& m_labels;
};

}  // namespace fovea
