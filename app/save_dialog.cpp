#include "app/save_dialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QRegularExpression>

#include "widgets/figure/picture_file.h"

namespace fovea {
namespace {

/// "png" of "PNG pictures (*.png *.apng)".
QString firstEnding(const QString& filter) {
    static const QRegularExpression s_ending(QStringLiteral("\\*\\.(\\w+)"));
    return s_ending.match(filter).captured(1);
}

bool endsAsOneOf(const QString& path, const QStringList& filters) {
    const QRegularExpression ending(QStringLiteral("\\*\\.%1\\b").arg(QRegularExpression::escape(QFileInfo(path).suffix())),
                                    QRegularExpression::CaseInsensitiveOption);
    return !QFileInfo(path).suffix().isEmpty() && !filters.filter(ending).isEmpty();
}

}  // namespace

QString askWhereToSave(QWidget* parent, const QString& title, const QString& proposed, const QStringList& filters) {
    QFileDialog dialog(parent, title);
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setNameFilters(filters);
    dialog.setDefaultSuffix(firstEnding(filters.value(0)));
    QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog,
                     [&dialog](const QString& filter) { dialog.setDefaultSuffix(firstEnding(filter)); });
    const QFileInfo place(proposed);
    dialog.setDirectory(place.isDir() ? proposed : place.path());
    if (!place.isDir()) {
        dialog.selectFile(place.fileName());
    }
    while (dialog.exec() == QDialog::Accepted) {
        const QString path = dialog.selectedFiles().value(0);
        if (endsAsOneOf(path, filters)) {
            return path;
        }
        // "run.1" has an ending already, so that the dialog adds none.
        const QString named = path + u'.' + dialog.defaultSuffix();
        if (!QFileInfo::exists(named)) {
            return named;
        }
        dialog.selectFile(QFileInfo(named).fileName());  // the dialog asks whether this file may be replaced
    }
    return {};
}

QStringList pictureFilters() {
    QStringList filters;
    for (const auto& format : pictureFormats()) {
        filters << QCoreApplication::translate("SaveDialog", "%1 pictures (%2)")
                       .arg(format.name, QStringLiteral("*.") + format.endings.join(QStringLiteral(" *.")));
    }
    return filters;
}

}  // namespace fovea
