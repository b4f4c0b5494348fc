#pragma once

#include <string>

#include "engine/api.h"

namespace fovea {

/// Whether one file name comes before another as a person counts: "frame 9.png" before "frame 10.png". Letters of ASCII are
/// compared without case; names which differ in nothing else keep one fixed order.
FOVEA_API bool naturallyBefore(const std::string& a, const std::string& b);

}  // namespace fovea
