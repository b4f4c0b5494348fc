#pragma once

#include <QString>

namespace fovea {

/// The path which an argument means: "file:///tmp/a%20b.png" is "/tmp/a b.png". Anything else is taken as it stands.
QString pathArgument(const QString& text);

}  // namespace fovea
