#pragma once

#include <QJsonObject>
#include <QString>

#include <array>
#include <string>

#include "app/session/session_state.h"

namespace fovea {

/// The name of the built-in model in a session.
inline const QString kRetinaName = QStringLiteral("retina");
/// The names of the places of panes in a session; no name is the first place.
inline constexpr std::array<const char*, kMaxPanes> kPlaceNames{"", "B", "C", "D"};

/// A file or a folder as a session names it: its whole path and, where `folder` says where the session will lie, the path from
/// there. A relative `path` is one from the working directory.
[[nodiscard]] QJsonObject referenceJson(const QString& path, const QString& folder);

/// The path in a reference, for a person; it may be the relative one alone.
[[nodiscard]] QString referencePath(const QJsonObject& reference);

/// The present path of the file or folder of a reference. The relative path from the session's folder is tried first, then the
/// absolute path. Empty when there is no such file or folder; devices do not count.
[[nodiscard]] QString foundFile(const QJsonObject& reference, const QString& folder);
[[nodiscard]] QString foundFolder(const QJsonObject& reference, const QString& folder);

}  // namespace fovea
