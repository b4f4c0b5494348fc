#include "engine/models/model_spec.h"

#include "engine/models/graph_backbone.h"

namespace fovea {
namespace {

const NetworkModel* networkOf(const ModelSpec& model) noexcept { return std::get_if<NetworkModel>(&model); }

const RetinaOptions& retinaOf(const ModelSpec& model) { return std::get<RetinaOptions>(model); }

}  // namespace

ModelId modelId(const ModelSpec& model) noexcept {
    const auto* network = networkOf(model);
    return network != nullptr ? network->bundle->id : ModelId();
}

std::string modelName(const ModelSpec& model) {
    const auto* network = networkOf(model);
    return network != nullptr ? network->bundle->name : "Retina";
}

int workingSide(const ModelSpec& model) {
    const auto* network = networkOf(model);
    return network != nullptr ? network->side() : retinaOf(model).maxSide;
}

int channelCount(const ModelSpec& model) {
    const auto* network = networkOf(model);
    return network != nullptr ? network->bundle->tapChannels : retinaChannels();
}

ModelSpec withWorkingSide(ModelSpec model, int side) {
    if (auto* network = std::get_if<NetworkModel>(&model)) {
        network->input.size = side;
    } else {
        std::get<RetinaOptions>(model).maxSide = side;
    }
    return model;
}

bool predicts(const ModelSpec& model) noexcept { return networkOf(model) != nullptr; }

std::shared_ptr<const Bundle> bundleOf(const ModelSpec& model) {
    const auto* network = networkOf(model);
    return network != nullptr ? network->bundle : nullptr;
}

std::unique_ptr<Backbone> makeBackbone(const ModelSpec& model) {
    const auto* network = networkOf(model);
    return network != nullptr ? makeGraphBackbone(*network) : makeRetina(retinaOf(model));
}

}  // namespace fovea
