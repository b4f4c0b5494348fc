#include "widgets/canvas_pins.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kReach = 12.0;            // logical pixels from the middle of a pin
constexpr double kStepsWithoutField = 20;  // across a picture without cells

}  // namespace

int CanvasPins::under(QPointF position, const CanvasView& view) const {
    int nearest = 0;
    double least = kReach;
    for (const CanvasPin& pin : pins) {
        const QPointF at = view.positionOf(view.atFraction(pin.at));
        const double distance = std::hypot(at.x() - position.x(), at.y() - position.y());
        if (distance < least) {
            least = distance;
            nearest = pin.number;
        }
    }
    return nearest;
}

QPointF CanvasPins::stepped(int columns, int rows, const ScalarField* field, QSizeF picture) const {
    const auto active = std::find_if(pins.begin(), pins.end(), [](const CanvasPin& pin) { return pin.active; });
    const QPointF from = active != pins.end() ? active->at : spot.value_or(QPointF(0.5, 0.5));
    if (field == nullptr) {
        return from + QPointF(columns, rows) / kStepsWithoutField;
    }
    const CellGeometry& g = field->geometry;
    const Cell cell = cellAt(*field, from.x() * picture.width(), from.y() * picture.height());
    const int j = std::clamp(cell.j + columns, 0, field->width - 1);
    const int i = std::clamp(cell.i + rows, 0, field->height - 1);
    return {(g.originX + (j + 0.5) * g.stepX) / picture.width(), (g.originY + (i + 0.5) * g.stepY) / picture.height()};
}

}  // namespace fovea
