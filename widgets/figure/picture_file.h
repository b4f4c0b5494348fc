#pragma once

#include <QImage>
#include <QString>
#include <QStringList>

#include <string>
#include <vector>

#include "engine/result.h"

namespace fovea {

/// A way to store a picture, chosen by the ending of the file's name.
struct PictureFormat {
    QString name;         ///< "PNG"
    QStringList endings;  ///< without dots, the usual one first
    bool lossless = true;
};

/// All formats which pictures are written in, the usual one first.
const std::vector<PictureFormat>& pictureFormats();

/// The format which the ending of `path` names; Unsupported, with all endings to choose from, where no format has this ending.
Result<PictureFormat> pictureFormatFor(const QString& path);

/// The image as the bytes of a file of that format. PNG and JPEG keep the image's texts. Any thread.
Result<std::string> pictureBytes(const QImage& image, const PictureFormat& format);

}  // namespace fovea
