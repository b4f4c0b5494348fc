#include <algorithm>
#include <functional>

#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

/// Branches have no place on the picture; what went in and what came out has.
Result<ScalarField> branchField(const Job& job) {
    const FeatureMap& x = job.features.map;
    const auto& outputs = job.module.output->frames;
    const bool sameGrid = !outputs.empty() && x.height() == outputs.back().height() && x.width() == outputs.back().width();
    if (job.map.role == MapRole::Additive || !sameGrid) {
        return featuresBefore(job);
    }
    const FeatureMap& y = outputs.back();
    const auto before = weightedMagnitude(job, x, [](int) { return 1.0; });
    const auto after = weightedMagnitude(y, [](int) { return 1.0; });
    ScalarField field = emptyField(job, x.height(), x.width());
    if (job.spec.channelMode == ChannelMode::Changed) {
        field.what = FOVEA_TEXT("engine", "what attention changed");
        std::transform(after.begin(), after.end(), before.begin(), field.values.begin(), std::minus<>());
        return finished(job, std::move(field), true);
    }
    const bool isBefore = job.spec.channelMode == ChannelMode::Before;
    field.what = isBefore ? FOVEA_TEXT("engine", "before") : FOVEA_TEXT("engine", "after");
    field.values = isBefore ? before : after;
    field.sharedScale = true;
    field.scaleMin = 0.0F;
    field.scaleMax = std::max(*std::max_element(before.begin(), before.end()), *std::max_element(after.begin(), after.end()));
    return finished(job, std::move(field), false);
}

std::optional<int> branchRank(const AttentionMap&) { return 10; }

}  // namespace

const MapKindInfo& branchKindInfo() {
    static const MapKindInfo kInfo{
        .name = BranchMap::kName,
        .rank = branchRank,
        .field = branchField,
        .withoutChannels = always,
        .card = MapCard::Bars,
        .bars = branchWeights,
        .barText = FOVEA_TEXT("engine", "branch %1"),
    };
    return kInfo;
}

}  // namespace fovea
