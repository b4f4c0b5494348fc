#pragma once

#include <QString>
#include <QStringList>

class QWidget;

namespace fovea {

/// Asks where to save a file; empty when the person gives up. A name without ending gets the first ending of the chosen filter
/// ("PNG pictures (*.png)"), so that a file which would be replaced is asked about under its full name.
QString askWhereToSave(QWidget* parent, const QString& title, const QString& proposed, const QStringList& filters);

/// The filters of all formats which pictures are written in.
QStringList pictureFilters();

}  // namespace fovea
