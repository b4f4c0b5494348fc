#pragma once

#include "engine/api.h"

namespace fovea {

/// Instruction set this copy of the kernels was built for: "x86-64", "x86-64-v3" or "x86-64-v4".
FOVEA_API const char* kernelLevel() noexcept;

}  // namespace fovea
