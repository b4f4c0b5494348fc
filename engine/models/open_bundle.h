#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/api.h"
#include "engine/models/bundle.h"
#include "engine/result.h"

namespace fovea {

/// loadBundle(), then both networks are read and run on a small grey picture, so that a bundle which opens can be used.
FOVEA_API Result<std::shared_ptr<const Bundle>> openBundle(const std::string& folder, const std::stop_token& stop = {});

}  // namespace fovea
