#include "engine/render/field.h"

#include <algorithm>
#include <utility>

#include "engine/render/field_lookup.h"
#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {

using namespace fields;

namespace {

/// The class activation map of the network without or with the module.
Result<ScalarField> activationField(const ModelResult& model, const JobResult& module, const FieldSpec& spec) {
    const Prediction* prediction = (spec.plainActivation ? model.prediction : module.prediction).get();
    if (prediction == nullptr || !prediction->explains()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine",
                                    "There is no class activation map: it needs a network which ends in the mean of its features "
                                    "and a linear layer."));
    }
    const int index = spec.activationClass;
    if (index >= prediction->linear->classes) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no class %1; choose one from 0 to %2."),
                         {std::to_string(index), std::to_string(prediction->linear->classes - 1)});
    }
    const FeatureMap values = classActivation(*prediction, index);
    const AttentionMap map = spatialMap("activation", MapRole::Additive, FOVEA_TEXT("engine", "Class activation"), values);
    const Job job{module, map, spec, *model.features};
    ScalarField field = emptyField(job, values.height(), values.width());
    field.values = map.data.values;
    const auto bundle = bundleOf(model.model);
    field.what = bundle ? bundle->classes[static_cast<std::size_t>(index)].name : std::string();
    if (spec.plainActivation) {
        field.module = model.features->model;
        field.provenance = {.kind = ProvenanceKind::Trained, .source = model.features->model};
    }
    return gridField(job, std::move(field));
}

Result<ScalarField> fieldOf(const Job& job) {
    const MapKindInfo& kind = kindInfo(job.map);
    // A channel is asked for while the map says nothing of channels.
    if (job.spec.channelMode == ChannelMode::Single && job.spec.channel >= 0 && kind.withoutChannels(job.map)) {
        auto field = singleChannel(job);
        if (field) {
            field->map = FOVEA_TEXT("engine", "Features");
        }
        return field;
    }
    return kind.field(job);
}

}  // namespace

bool hasPicture(const AttentionMap& map) noexcept { return kindInfo(map).rank(map).has_value(); }

const AttentionMap* defaultMap(const AttentionOutput& output) {
    const AttentionMap* best = nullptr;
    for (const auto& map : output.maps) {
        const auto rank = kindInfo(map).rank(map);
        if (rank && (best == nullptr || *rank < *kindInfo(*best).rank(*best))) {
            best = &map;
        }
    }
    return best;
}

Result<ScalarField> makeField(const FrameResult& result, const FieldSpec& spec) {
    const auto module = finishedJob(result, spec);
    if (!module) {
        return module.error();
    }
    const ModelResult& model = *result.find(spec.job.model);
    if (!model.features || model.features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    if (spec.activationClass >= 0) {
        return activationField(model, **module, spec);
    }
    const auto map = chosenMap(**module, spec.map);
    if (!map) {
        return map.error();
    }
    if (!kindInfo(**map).overClip(**map)) {
        return fieldOf(Job{**module, **map, spec, *model.features});
    }
    if (!model.clip || model.clip->empty()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The frames which %1 compares are not at hand; run it on a video or a camera."),
                         {(*module)->source.title});
    }
    const int shown = clipIndex(spec.frame, static_cast<int>(model.clip->size()));
    const Features& features = *(*model.clip)[static_cast<std::size_t>(shown)].features;
    return fieldOf(Job{**module, **map, spec, features, model.clip.get(), shown});
}

const Frame& shownFrame(const FrameResult& result, const FieldSpec& spec) {
    const auto module = finishedJob(result, spec);
    if (!module || spec.activationClass >= 0) {
        return result.frame;
    }
    const auto& clip = result.find(spec.job.model)->clip;
    if (!clip || clip->empty()) {
        return result.frame;
    }
    const auto map = chosenMap(**module, spec.map);
    if (!map || !kindInfo(**map).overClip(**map)) {
        return result.frame;
    }
    const int shown = clipIndex(spec.frame, static_cast<int>(clip->size()));
    return (*clip)[static_cast<std::size_t>(shown)].frame;
}

Cell cellAt(const ScalarField& field, double x, double y) noexcept {
    const auto clamped = [](double position, int n) { return clampedPart(position, std::max(n, 1)); };
    return {clamped((y - field.geometry.originY) / field.geometry.stepY, field.height),
            clamped((x - field.geometry.originX) / field.geometry.stepX, field.width)};
}

}  // namespace fovea
