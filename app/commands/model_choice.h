#pragma once

#include <QString>

#include "engine/models/model_spec.h"
#include "engine/result.h"

namespace fovea {

/// The model which `--model` names: "retina", the bundle which comes with the program by its name, or a bundle's folder. A bundle
/// is read and tried. The Retina gets the options `retina`, a network gets `input`.
Result<ModelSpec> modelNamed(const QString& model, const RetinaOptions& retina, const ModelInput& input);

/// The class a bundle calls `name`, or whose number it is.
Result<int> classNamed(const ModelSpec& model, const QString& name);

}  // namespace fovea
