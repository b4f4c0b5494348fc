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
    bool fine = false;  ///< the finer of the bundle's two sizes
    int size = 0;       ///< shorter side of the working picture; 0: one of the bundle's sizes
    bool operator==(const NetworkChoice&) const = default;

    /// The shorter side which is used.
    [[nodiscard]] int side() const {
        const int chosen = size > 0 ? size : fine ? bundle->input.fine : bundle->input.size;
        return bundle->input.fixed ? bundle->input.size : chosen;
    }
};

/// The features at the tap of the chosen bundle, which must not be null. The network is read with the first frame.
FOVEA_API std::unique_ptr<Backbone> makeGraphBackbone(NetworkChoice choice);

}  // namespace fovea
