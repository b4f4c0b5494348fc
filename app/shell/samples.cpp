#include "app/shell/samples.h"

#include <QCoreApplication>
#include <QDir>

namespace fovea {

QString samplesFolder() {
    const QDir installed(QCoreApplication::applicationDirPath() + QStringLiteral("/../share/fovea/samples"));
    return installed.exists() ? installed.canonicalPath() : QStringLiteral(FOVEA_SAMPLES_DIR);
}

QStringList sampleNames() { return QDir(samplesFolder()).entryList(picturePatterns(), QDir::Files, QDir::Name); }

const QStringList& picturePatterns() {
    static const QStringList kPatterns{QStringLiteral("*.png"),  QStringLiteral("*.jpg"), QStringLiteral("*.jpeg"),
                                       QStringLiteral("*.webp"), QStringLiteral("*.bmp"), QStringLiteral("*.tif"),
                                       QStringLiteral("*.tiff"), QStringLiteral("*.pbm"), QStringLiteral("*.pgm"),
                                       QStringLiteral("*.ppm")};
    return kPatterns;
}

}  // namespace fovea
