#include "engine/models/model_spec.h"

#include "engine/models/graph_backbone.h"

namespace fovea {
namespace {

struct IdOf {
    ModelId operator()(const RetinaOptions&) const noexcept { return {}; }
    ModelId operator()(const BundleModel& model) const noexcept { return model.bundle->id; }
};

struct NameOf {
    std::string operator()(const RetinaOptions&) const { return "Retina"; }
    std::string operator()(const BundleModel& model) const { return model.bundle->name; }
};

struct SideOf {
    int operator()(const RetinaOptions& model) const { return model.maxSide; }
    int operator()(const BundleModel& model) const { return model.side(); }
};

struct BundleOf {
    std::shared_ptr<const Bundle> operator()(const RetinaOptions&) const { return nullptr; }
    std::shared_ptr<const Bundle> operator()(const BundleModel& model) const { return model.bundle; }
};

struct MakeBackbone {
    std::unique_ptr<Backbone> operator()(const RetinaOptions& model) const { return makeRetina(model); }
    std::unique_ptr<Backbone> operator()(const BundleModel& model) const { return makeGraphBackbone(model); }
};

struct SetSide {
    int side;
    void operator()(RetinaOptions& model) const { model.maxSide = side; }
    void operator()(BundleModel& model) const { model.input.size = side; }
};

}  // namespace

ModelId modelId(const ModelSpec& model) noexcept { return std::visit(IdOf(), model); }
std::string modelName(const ModelSpec& model) { return std::visit(NameOf(), model); }
int workingSide(const ModelSpec& model) { return std::visit(SideOf(), model); }
bool predicts(const ModelSpec& model) noexcept { return std::holds_alternative<BundleModel>(model); }
std::shared_ptr<const Bundle> bundleOf(const ModelSpec& model) { return std::visit(BundleOf(), model); }
std::unique_ptr<Backbone> makeBackbone(const ModelSpec& model) { return std::visit(MakeBackbone(), model); }

ModelSpec withWorkingSide(ModelSpec model, int side) {
    std::visit(SetSide{side}, model);
    return model;
}

}  // namespace fovea
