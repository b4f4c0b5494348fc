#pragma once

#include <QImage>
#include <QString>

#include <optional>

#include "engine/render/compose.h"

namespace fovea {

/// What stands around an overlay in a figure.
struct FigureOptions {
    bool colorBar = true;
    bool caption = true;
    QString captionText;  ///< "CBAM · spatial gate · random (seed 1)"
};

/// The picture with a colour bar (true ends, three significant digits) to its right and a caption below, on white, with sizes in
/// proportion to the picture. A ring marks the place which a pairwise map was asked. Without bar and caption the overlay itself,
/// unchanged. Uses Qt Gui only.
QImage composeFigure(const QImage& overlay, const ScalarField* field, const OverlayStyle& style, const FigureOptions& options);

}  // namespace fovea
