#include "widgets/figure/picture_file.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImageWriter>

#include <algorithm>
#include <exception>
#include <opencv2/imgcodecs.hpp>
#include <utility>
#include <vector>

#include "engine/api.h"
#include "engine/thrown.h"
#include "widgets/figure/mat_image.h"

namespace fovea {
namespace {

constexpr int kJpegQuality = 95;
constexpr int kWebpLossless = 101;  // OpenCV: any quality above 100 is lossless

Error notEncoded(const QString& format, const std::string& reason) {
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "The picture cannot be stored as %1 (%2); choose PNG."),
                     {format.toStdString(), reason});
}

Result<std::string> byQt(const QImage& image, const PictureFormat& format) {
    QBuffer bytes;
    QImageWriter writer(&bytes, format.endings.first().toLatin1());
    if (!format.lossless) {
        writer.setQuality(kJpegQuality);
    }
    if (!bytes.open(QIODevice::WriteOnly) || !writer.write(image)) {
        return notEncoded(format.name, writer.errorString().toStdString());
    }
    return bytes.data().toStdString();
}

Result<std::string> byOpenCv(const QImage& image, const PictureFormat& format) {
    std::vector<uchar> bytes;
    const std::vector<int> settings =
        format.name == QLatin1String("WebP") ? std::vector<int>{cv::IMWRITE_WEBP_QUALITY, kWebpLossless} : std::vector<int>();
    try {
        if (!cv::imencode("." + format.endings.first().toStdString(), *imageMat(image), bytes, settings)) {
            return notEncoded(format.name, "OpenCV");
        }
    } catch (const std::exception& failure) {
        if (outOfMemory(failure)) {
            throw;
        }
        return notEncoded(format.name, reasonOf(failure));
    }
    return std::string(bytes.begin(), bytes.end());
}

}  // namespace

const std::vector<PictureFormat>& pictureFormats() {
    static const std::vector<PictureFormat> s_formats = {
        {QStringLiteral("PNG"), {QStringLiteral("png")}, true},
        {QStringLiteral("JPEG"), {QStringLiteral("jpg"), QStringLiteral("jpeg")}, false},
        {QStringLiteral("TIFF"), {QStringLiteral("tif"), QStringLiteral("tiff")}, true},
        {QStringLiteral("WebP"), {QStringLiteral("webp")}, true},
    };
    return s_formats;
}

Result<PictureFormat> pictureFormatFor(const QString& path) {
    const QString ending = QFileInfo(path).suffix().toLower();
    QStringList known;
    for (const auto& format : pictureFormats()) {
        if (format.endings.contains(ending)) {
            return format;
        }
        known << QLatin1Char('.') + format.endings.first();
    }
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "No picture is written as “%1”; choose a name which ends in one of %2."),
                     {QFileInfo(path).fileName().toStdString(), known.join(QStringLiteral(", ")).toStdString()});
}

Result<std::string> pictureBytes(const QImage& image, const PictureFormat& format) {
    if (image.isNull()) {
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "There is no picture to write; open one first."));
    }
    // In memory: the libraries print lines of their own when a device fails under them. Qt's plug-ins for TIFF and WebP are
    // optional, and OpenCV's encoders for PNG and JPEG drop the image's texts.
    const bool keepsTexts = format.name == QLatin1String("PNG") || format.name == QLatin1String("JPEG");
    return keepsTexts ? byQt(image, format) : byOpenCv(image, format);
}

}  // namespace fovea
