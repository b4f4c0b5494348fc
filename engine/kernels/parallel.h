#pragma once

#include <functional>

#include "engine/api.h"

namespace fovea {

/// Calls `body(first, last)` for parts of [0, count) on OpenCV's pool, and returns when all are done. Parts run at the same time
/// and in any order. What was written before is seen by the body, what the body wrote is seen after. What a body throws is thrown
/// again here, once all parts have ended.
FOVEA_API void parallelFor(int count, const std::function<void(int first, int last)>& body);

}  // namespace fovea
