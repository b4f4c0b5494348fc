#include "app/session/bundled_model.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

#include "engine/models/bundle.h"

namespace fovea {

std::string modelHash(const QString& folder) {
    QStringList names;
    const QStringList kinds{QStringLiteral("*.json"), QStringLiteral("*.onnx"), QStringLiteral("*.safetensors")};
    QDirIterator files(folder, kinds, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        names << QDir(folder).relativeFilePath(files.next());
    }
    names.sort();
    QCryptographicHash all(QCryptographicHash::Sha256);
    for (const QString& name : names) {
        QFile file(folder + u'/' + name);
        QCryptographicHash one(QCryptographicHash::Sha256);
        if (!file.open(QIODevice::ReadOnly) || !one.addData(&file)) {
            return {};
        }
        all.addData(one.result().toHex() + "  " + name.toUtf8() + '\n');
    }
    return names.isEmpty() ? std::string() : all.result().toHex().toStdString();
}

const BundledModel& bundledModel() {
    static const BundledModel kModel = [] {
        const QString folder = QString::fromStdString(bundledModelFolder());
        return folder.isEmpty() ? BundledModel{}
                                : BundledModel{.name = QFileInfo(folder).fileName().toStdString(),
                                               .folder = folder.toStdString(),
                                               .sha256 = modelHash(folder)};
    }();
    return kModel;
}

}  // namespace fovea
