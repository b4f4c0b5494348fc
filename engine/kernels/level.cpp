#include "engine/kernels/level.h"

namespace fovea {

const char* kernelLevel() noexcept { return FOVEA_LEVEL; }

}  // namespace fovea
