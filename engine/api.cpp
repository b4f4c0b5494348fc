#include "engine/api.h"

namespace fovea {

const char* version() noexcept { return FOVEA_VERSION; }
const char* engineLevel() noexcept { return FOVEA_LEVEL; }

}  // namespace fovea
