#pragma once

#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "engine/models/backbone.h"
#include "engine/number_rule.h"

namespace fovea {

/// The largest working size, in pixels of the longer side: all channels of it at stride 4 take 256 MiB.
inline constexpr int kLargestRetinaSide = 4096;

/// Working pixels per cell which the Retina can have.
inline constexpr int kRetinaStrides[] = {4, 8, 16, 32};

/// The rule for strides of the Retina; refusals call the number `name`.
inline NumberRule retinaStrideRule(std::string name) {
    return {.name = std::move(name),
            .least = kRetinaStrides[0],
            .most = kRetinaStrides[std::size(kRetinaStrides) - 1],
            .whole = true,
            .only = std::vector<double>(std::begin(kRetinaStrides), std::end(kRetinaStrides))};
}

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
