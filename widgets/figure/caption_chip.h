#pragma once

#include <QImage>
#include <QString>

namespace fovea {

/// Writes what an overlay shows into the lower left corner of a frame of a video: light on dark, in proportion to the height, cut
/// in the middle where it is too long. A picture so low that the chip would take more than a third of it is left as it is. Uses
/// Qt Gui only; any thread.
void paintCaptionChip(QImage& frame, const QString& text);

}  // namespace fovea
