#pragma once

#include <QString>
#include <QStringList>

class QWidget;

namespace fovea {

/// Asks where to save a file; empty when the person gives up. A name with none of the filters' endings
/// gets the first ending of the chosen filter ("PNG pictures (*.png)"). The person confirms under its full name that a file may
/// be replaced.
QString askWhereToSave(QWidget* parent, const QString& title, const QString& proposed, const QStringList& filters);

/// The filters of all formats which pictures are written in.
QStringList pictureFilters();

}  // namespace fovea
