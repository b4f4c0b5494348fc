#pragma once

#include "engine/api.h"

namespace fovea {

/// Turns off what FFmpeg and OpenCV print by themselves, once for the whole program: what goes wrong is said by an Error. Any
/// thread.
FOVEA_API void quietLibraries();

}  // namespace fovea
