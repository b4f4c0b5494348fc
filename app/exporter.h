#pragma once

#include <QStringList>

#include <memory>
#include <optional>
#include <stop_token>

#include "engine/export/export.h"
#include "engine/export/output_places.h"
#include "engine/render/render.h"
#include "widgets/figure/figure.h"

namespace fovea {

/// What an exported picture shows; a value, so that the export may run on any thread.
struct PictureExport {
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;
    OverlayStyle style;
    FigureOptions figure;
};

/// The overlay at the picture's own size, with colour bar and caption if asked for. The image bears its description as PNG text.
/// Cancelled when stopped.
Result<QImage> exportedPicture(const PictureExport& what, const std::stop_token& stop = {});

/// Writes the picture in the format which its ending names, and its description beside it (the same name with .json). Both
/// are written before the first gets its name; the picture gets its name last. Returns both paths; what got another name than
/// expected is in the notes of `places`. Cancelled when stopped before that: then nothing is written.
Result<QStringList> exportPicture(const PictureExport& what, const QString& path, OutputPlaces& places,
                                  const std::stop_token& stop = {});

/// "CBAM · Spatial gate · random (seed 1)": what the chip on the canvas and the caption of an export say.
QString fieldCaption(const ScalarField& field);

}  // namespace fovea
