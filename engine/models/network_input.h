#pragma once

#include "engine/api.h"
#include "engine/models/backbone.h"
#include "engine/models/bundle.h"
#include "engine/result.h"
#include "engine/source/frame.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// What of a picture a network sees.
enum class Fit {
    Whole,  ///< all of it, in its own proportions, with a plain border where the network needs one
    Crop,   ///< its central square
};

/// A picture as a network reads it.
struct NetworkInput {
    FeatureMap pixels;      ///< 3×H×W, RGB, 0..1
    CellGeometry geometry;  ///< of cells of `stride` working pixels; the border lies outside of the picture
};

/// Makes a network's input of a frame. Whole: scaled so that the shorter side is `size`, the longer one at most four times that
/// and no side under `input.multiple` (which may distort a very thin picture), then centred in a border up to the next multiple;
/// for a network of fixed size, scaled to fit into size×size and centred in it. Crop: the central square, scaled to size×size,
/// rounded down to a multiple. A fixed network takes `input.size` whatever `size` says. Any thread.
FOVEA_API Result<NetworkInput> makeNetworkInput(const Frame& frame, const BundleInput& input, Fit fit, int size, int stride);

}  // namespace fovea
