#include "engine/render/field_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fovea::fields {
namespace {

/// Cells of another grid which cover the same area of the picture as the features' cells.
CellGeometry scaledGeometry(const Features& from, int height, int width) {
    CellGeometry g = from.geometry;
    g.stepX *= static_cast<double>(from.map.width()) / width;
    g.stepY *= static_cast<double>(from.map.height()) / height;
    return g;
}

}  // namespace

bool crossesZero(const std::vector<float>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low < 0.0F && *high > 0.0F;
}

bool allFinite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

bool multiplies(MapRole role) noexcept { return role == MapRole::Gate || role == MapRole::Distribution || role == MapRole::Mask; }

Error misshapen(const Job& job) {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine", "The map “%1” of %2 does not fit its features; run the module again."),
                     {job.map.name, job.module.source.title});
}

Error noPlace(const Job& job) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "The map “%1” of %2 has no place on the picture; choose another map."),
                     {job.map.name, job.module.source.title});
}

Error misshapenTimeline(const JobResult& module, const AttentionMap& map) {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine", "The map “%1” of %2 does not fit its frames; run the module again."),
                     {map.name, module.source.title});
}

Error notMultiplying(const Job& job) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "The map “%1” of %2 does not multiply the features; choose “before” or one channel."),
                     {job.map.name, job.module.source.title});
}

Error notFinite(const Job& job) {
    return makeError(ErrorCode::BadValue,
                     FOVEA_TEXT("engine",
                                "The picture of the map “%1” of %2 has values which are not finite; choose other weights or "
                                "parameters."),
                     {job.map.name, job.module.source.title});
}

ScalarField emptyField(const Job& job, int height, int width) {
    ScalarField field;
    field.height = height;
    field.width = width;
    field.geometry = scaledGeometry(job.features, height, width);
    field.values.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    field.module = job.module.source.title;
    field.map = job.map.title;
    field.frame = job.shown;
    field.provenance = job.module.source.provenance;
    return field;
}

void shareScale(ScalarField& field, const std::vector<float>& all) {
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    field.sharedScale = true;
    field.scaleMin = *low;
    field.scaleMax = *high;
}

float clippedMaximum(std::vector<float>& values, double share) {
    const auto keep = static_cast<std::ptrdiff_t>((1.0 - share) * static_cast<double>(values.size() - 1));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const float least = *low;
    const float most = *high;
    std::nth_element(values.begin(), values.begin() + keep, values.end());
    return values[static_cast<std::size_t>(keep)] > least ? values[static_cast<std::size_t>(keep)] : most;
}

Result<ScalarField> finished(const Job& job, ScalarField field, bool isSigned) {
    std::vector<float> present = field.values;
    if (field.gaps) {
        present.erase(std::remove_if(present.begin(), present.end(), [](float v) { return std::isnan(v); }), present.end());
    }
    const auto finite = [](float v) { return std::isfinite(v); };
    if (present.empty() || !std::all_of(present.begin(), present.end(), finite)) {
        return notFinite(job);
    }
    const auto [low, high] = std::minmax_element(present.begin(), present.end());
    field.min = *low;
    field.max = *high;
    field.diverging = isSigned;
    if (field.sharedScale) {
        field.clippedMax = field.scaleMax;
        return field;
    }
    const float reach = std::max(std::abs(field.min), std::abs(field.max));
    field.scaleMin = isSigned ? -reach : field.min;
    field.scaleMax = isSigned ? reach : field.max;
    field.clippedMax = isSigned || field.discrete ? field.scaleMax : clippedMaximum(present, kClippedShare);
    return field;
}

std::vector<float> weightedMagnitude(const FeatureMap& x, const std::function<double(int)>& factor) {
    std::vector<double> sums(static_cast<std::size_t>(x.cells()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        const double f = factor(c);
        const float* row = x.row(c);
        for (std::size_t n = 0; n < sums.size(); ++n) {
            sums[n] += f * std::abs(row[n]);
        }
    }
    std::vector<float> out(sums.size());
    for (std::size_t n = 0; n < sums.size(); ++n) {
        out[n] = static_cast<float>(sums[n] / x.channels());
    }
    return out;
}

std::vector<float> weightedMagnitude(const Job& job, const FeatureMap& x, const std::function<double(int)>& factor) {
    const Intervention& made = job.module.intervention;
    return weightedMagnitude(x, [&](int c) { return factor(c) * std::abs(static_cast<double>(made.channel(c))); });
}

void nameChannel(ScalarField& field, int channel, const std::vector<std::string>& names) {
    field.channel = channel;
    if (static_cast<std::size_t>(channel) < names.size()) {
        field.what = names[static_cast<std::size_t>(channel)];
        return;
    }
    field.what = FOVEA_TEXT("engine", "channel %1");
    field.whatArgs = {std::to_string(channel)};
}

Error noChannel(int channel, int count) {
    return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no channel %1; choose one from 0 to %2."),
                     {std::to_string(channel), std::to_string(count - 1)});
}

Error noHead(int head, int count) {
    return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no head %1; choose one from 0 to %2."),
                     {std::to_string(head), std::to_string(count - 1)});
}

Result<ScalarField> singleChannel(const Job& job) {
    const Features& from = job.features;
    const int c = job.spec.channel;
    if (c < 0 || c >= from.map.channels()) {
        return noChannel(c, from.map.channels());
    }
    ScalarField field = emptyField(job, from.map.height(), from.map.width());
    const float factor = job.module.intervention.channel(c);
    std::transform(from.map.row(c), from.map.row(c) + field.values.size(), field.values.begin(),
                   [factor](float v) { return factor == 0.0F ? 0.0F : factor * v; });
    nameChannel(field, c, from.channelNames);
    const bool isSigned = crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

Result<ScalarField> featuresBefore(const Job& job) {
    const FeatureMap& x = job.features.map;
    ScalarField field = emptyField(job, x.height(), x.width());
    field.values = weightedMagnitude(job, x, [](int) { return 1.0; });
    field.what = FOVEA_TEXT("engine", "before");
    return finished(job, std::move(field), false);
}

Result<ScalarField> gridField(const Job& job, ScalarField field) {
    const bool isSigned = job.map.role == MapRole::Additive && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

}  // namespace fovea::fields
