#pragma once

#include <QString>

namespace fovea {

/// What is dragged when a mechanism is: its id in UTF-8.
inline const QString kModuleMime = QStringLiteral("application/x-fovea-module");

}  // namespace fovea
