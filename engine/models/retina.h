#pragma once

#include <memory>

#include "engine/models/backbone.h"

namespace fovea {

/// Working pixels per cell which the Retina can have.
inline constexpr int kRetinaStrides[] = {4, 8, 16, 32};

/// Settings of the built-in, training-free backbone.
struct RetinaOptions {
    int stride = 8;     ///< one of kRetinaStrides
    int maxSide = 512;  ///< a larger picture is first reduced so that its longer side has this many pixels
    bool operator==(const RetinaOptions&) const = default;
};

/// How many channels its features have.
FOVEA_API int retinaChannels();

/// Intensity, colour opponency, difference of Gaussians, Gabor energy, local contrast and motion, at least 48 named channels.
/// It needs no file and no training. Channel scaling is fixed: nothing is normalised per picture.
FOVEA_API std::unique_ptr<Backbone> makeRetina(const RetinaOptions& options);

}  // namespace fovea
