#pragma once

#include <memory>

#include "engine/models/backbone.h"
#include "engine/models/bundle.h"
#include "engine/models/network_input.h"

namespace fovea {

/// A bundle's network and how pictures enter it.
struct NetworkChoice {
    std::shared_ptr<const Bundle> bundle = {};  ///< null: the Retina is used instead
    Fit fit = Fit::Whole;
    int size = 0;  ///< shorter side of the working picture; 0: what the bundle recommends
    bool operator==(const NetworkChoice&) const = default;

    /// The shorter side which is used.
    [[nodiscard]] int side() const { return size > 0 && !bundle->input.fixed ? size : bundle->input.size; }
};

/// The features at the tap of the chosen bundle, which must not be null. The network is read with the first frame.
FOVEA_API std::unique_ptr<Backbone> makeGraphBackbone(NetworkChoice choice);

}  // namespace fovea
