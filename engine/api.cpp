#include "engine/api.h"

namespace fovea {

const char* version() noexcept { return FOVEA_VERSION; }

}  // namespace fovea
