#pragma once

#include <QJsonObject>
#include <QString>

#include <string>

namespace fovea {

/// The name of the built-in model in a session.
inline const QString kRetinaName = QStringLiteral("retina");

/// A file or a folder as a session names it: its whole path and, where `folder` says where the session will lie, the path from
/// there. A relative `path` is one from the working directory.
[[nodiscard]] QJsonObject referenceJson(const QString& path, const QString& folder);

/// The path in a reference, for a person; it may be the relative one alone.
[[nodiscard]] QString referencePath(const QJsonObject& reference);

/// Where the file (or the folder) of a reference is now: from the session's folder first, then by its whole path. A whole path
/// which is none is one from the session's folder. Empty when there is no such file; devices are none.
[[nodiscard]] QString foundFile(const QJsonObject& reference, const QString& folder);
[[nodiscard]] QString foundFolder(const QJsonObject& reference, const QString& folder);

/// An address without its password and other secrets; any other location as it is.
[[nodiscard]] std::string shownLocation(const std::string& location);

}  // namespace fovea
