#pragma once

#include <QString>

#include "engine/models/graph_backbone.h"
#include "engine/result.h"

namespace fovea {

/// What `--model` names: "retina", the name of the bundle which comes with the program, or a bundle's folder; read and tried.
Result<NetworkChoice> networkNamed(const QString& model, bool fine, bool cropped);

/// The class a bundle calls `name`, or whose number it is.
Result<int> classNamed(const NetworkChoice& network, const QString& name);

}  // namespace fovea
