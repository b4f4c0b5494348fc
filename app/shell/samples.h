#pragma once

#include <QStringList>

namespace fovea {

/// Folder of the sample photographs: beside the installed program, else in the source tree.
QString samplesFolder();
/// The names of the photographs in it.
QStringList sampleNames();
/// The endings of pictures, as patterns: "*.png".
const QStringList& picturePatterns();

}  // namespace fovea
