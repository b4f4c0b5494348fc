#include "app/session/session_paths.h"

#include <QDir>
#include <QFileInfo>

namespace fovea {
namespace {

const QString kLocation = QStringLiteral("location");
const QString kRelative = QStringLiteral("relative");

QString found(const QJsonObject& reference, const QString& folder, bool (QFileInfo::*isIt)() const) {
    for (const QString& key : {kRelative, kLocation}) {
        const QString path = reference[key].toString();
        if (path.isEmpty() || (QDir::isRelativePath(path) && folder.isEmpty())) {
            continue;
        }
        const QFileInfo file(QDir(folder).filePath(path));
        if ((file.*isIt)()) {
            return file.canonicalFilePath();
        }
    }
    return {};
}

}  // namespace

// Both ends without links, since “..” of a link is another folder than the one before it in the path.
QJsonObject referenceJson(const QString& path, const QString& folder) {
    const QFileInfo file(path);
    const QString canonical = file.canonicalFilePath();
    const QString whole = canonical.isEmpty() ? file.absoluteFilePath() : canonical;
    QJsonObject json{{kLocation, whole}};
    const QString from = folder.isEmpty() ? folder : QFileInfo(folder).canonicalFilePath();
    if (!from.isEmpty()) {
        json[kRelative] = QDir(from).relativeFilePath(whole);
    }
    return json;
}

QString referencePath(const QJsonObject& reference) {
    const QString whole = reference[kLocation].toString();
    return whole.isEmpty() ? reference[kRelative].toString() : whole;
}

QString foundFile(const QJsonObject& reference, const QString& folder) { return found(reference, folder, &QFileInfo::isFile); }

QString foundFolder(const QJsonObject& reference, const QString& folder) { return found(reference, folder, &QFileInfo::isDir); }

}  // namespace fovea
