#pragma once

#include <memory>

#include "engine/models/model_spec.h"

namespace fovea {

/// The features at the tap of a bundle's network. The network is read with the first frame.
FOVEA_API std::unique_ptr<Backbone> makeGraphBackbone(NetworkModel model);

}  // namespace fovea
