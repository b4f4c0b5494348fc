#pragma once

#include <memory>
#include <vector>

#include "engine/models/backbone.h"
#include "engine/source/frame.h"

namespace fovea {

/// One frame of a clip with its features.
struct ClipFrame {
    Frame frame;
    std::shared_ptr<const Features> features;
};

/// Frames of one source, oldest first. Frames which were passed over leave no trace but the difference of the timestamps.
using Clip = std::vector<ClipFrame>;

}  // namespace fovea
