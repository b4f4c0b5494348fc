#include "app/path_argument.h"

#include <QFileInfo>
#include <QUrl>

namespace fovea {

QString pathArgument(const QString& text) {
    if (!text.startsWith(QLatin1String("file:"), Qt::CaseInsensitive) || QFileInfo::exists(text)) {
        return text;
    }
    QUrl url(text);
    if (url.host() == QLatin1String("localhost")) {
        url.setHost({});
    }
    const QString path = url.isLocalFile() ? url.toLocalFile() : QString();
    return path.isEmpty() ? text : path;
}

}  // namespace fovea
