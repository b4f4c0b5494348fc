#pragma once

#include <QString>

#include "engine/models/model_spec.h"
#include "engine/result.h"

namespace fovea {

/// What `--model` names: "retina", the name of the bundle which comes with the program, or a bundle's folder; read and tried. The
/// Retina gets `retina`, a network `input`.
Result<ModelSpec> modelNamed(const QString& model, const RetinaOptions& retina, const ModelInput& input);

/// The class a bundle calls `name`, or whose number it is.
Result<int> classNamed(const ModelSpec& model, const QString& name);

}  // namespace fovea
