#include "engine/models/backbone.h"

namespace fovea {

Backbone::~Backbone() = default;

}  // namespace fovea
