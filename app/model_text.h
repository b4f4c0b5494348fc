#pragma once

#include <QString>

#include <vector>

#include "engine/attention/module.h"
#include "engine/models/bundle.h"
#include "engine/models/prediction.h"
#include "widgets/prediction_view.h"

namespace fovea {

/// What stands behind the "i" beside a module's weights, as rich text: what they are, what was measured with them, what its map
/// is worth. `bundle` is the model in use, or null.
QString weightsText(const Bundle* bundle, const ModuleInfo& info, const Provenance& provenance, const QString& language);

/// The rows of the prediction card: the most probable five with the module and without it, and the best of each group of labels,
/// which are comparable only among themselves; then the next ones until there are `least`. `plain` may be null.
std::vector<PredictionRow> predictionRows(const Bundle& bundle, const Prediction* plain, const Prediction& with,
                                          std::size_t least);

}  // namespace fovea
