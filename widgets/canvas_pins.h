#pragma once

#include <QPointF>

#include <optional>
#include <vector>

#include "engine/render/field.h"
#include "engine/render/query_place.h"
#include "widgets/canvas_view.h"

namespace fovea {

/// A place which is asked about: told apart by number and shape, the one which asks filled.
struct CanvasPin {
    int number = 1;
    QPointF at;  ///< fractions of the picture
    bool active = false;
    bool operator==(const CanvasPin&) const = default;
};

/// The places of a canvas which are asked about, and where the arrow keys are among them.
struct CanvasPins {
    std::vector<CanvasPin> pins;
    bool isFollowingCursor = false;  ///< the active one goes where the cursor is
    std::optional<QPointF> spot;     ///< fraction of the picture the arrow keys went to last

    /// The nearest pin under a position of the widget; 0: none.
    [[nodiscard]] int under(QPointF position, const CanvasView& view) const;
    /// The fraction of the picture so many cells from where the arrow keys begin: the active pin, the last spot or the middle.
    /// Without cells of a field it is so many twentieths of the picture. It may lie beside the picture.
    [[nodiscard]] QPointF stepped(int columns, int rows, const ScalarField* field, QSizeF picture) const;
};

}  // namespace fovea
