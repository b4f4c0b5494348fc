#include "app/save_dialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QRegularExpression>

#include "widgets/figure/picture_file.h"

namespace fovea {
namespace {

/// "png" of "PNG pictures (*.png *.apng)".
QString firstEnding(const QString& filter) {
    static const QRegularExpression s_ending(QStringLiteral("\\*\\.(\\w+)"));
    return s_ending.match(filter).captured(1);
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
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().value(0) : QString();
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
