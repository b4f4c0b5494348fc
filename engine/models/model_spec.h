#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/api.h"
#include "engine/models/backbone.h"
#include "engine/models/bundle.h"
#include "engine/models/model_id.h"
#include "engine/models/network_input.h"
#include "engine/models/retina.h"

namespace fovea {

/// How pictures enter a network.
struct ModelInput {
    Fit fit = Fit::Whole;
    bool fine = false;  ///< the finer of the network's two sizes
    int size = 0;       ///< shorter side of the working picture; 0: one of the network's sizes
    bool operator==(const ModelInput&) const = default;
};

/// The network of a bundle, which is never null.
struct NetworkModel {
    std::shared_ptr<const Bundle> bundle;
    ModelInput input = {};
    bool operator==(const NetworkModel&) const = default;

    /// The shorter side which is used.
    [[nodiscard]] int side() const {
        const BundleInput& sizes = bundle->input;
        const int chosen = input.size > 0 ? input.size : input.fine ? sizes.fine : sizes.size;
        return sizes.fixed ? sizes.size : chosen;
    }
};

/// The model which makes the features, and how pictures enter it.
using ModelSpec = std::variant<RetinaOptions, NetworkModel>;

FOVEA_API ModelId modelId(const ModelSpec& model) noexcept;
/// The model's name for sentences.
FOVEA_API std::string modelName(const ModelSpec& model);
/// The side of the working picture, in pixels: the longer side for the Retina, the shorter side for a network.
FOVEA_API int workingSide(const ModelSpec& model);
/// The number of channels of its features.
FOVEA_API int channelCount(const ModelSpec& model);
/// The same model with another working size.
FOVEA_API ModelSpec withWorkingSide(ModelSpec model, int side);
/// Whether the model says what it sees.
FOVEA_API bool predicts(const ModelSpec& model) noexcept;
/// The bundle of a model which has one, to ask for its classes and trained mechanisms; null for others.
FOVEA_API std::shared_ptr<const Bundle> bundleOf(const ModelSpec& model);
/// A network is read with the first frame.
FOVEA_API std::unique_ptr<Backbone> makeBackbone(const ModelSpec& model);

}  // namespace fovea
