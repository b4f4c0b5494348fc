#include "engine/render/field.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "engine/render/field_parts.h"
#include "engine/render/regions.h"

namespace fovea {

using namespace fields;

namespace {

/// B or A, both on the scale 0 … the larger of their maxima.
Result<ScalarField> beforeOrAfter(const Job& job) {
    const FeatureMap& x = job.features.map;
    const std::vector<float>& w = job.map.data.values;
    auto before = weightedMagnitude(job, x, [](int) { return 1.0; });
    ScalarField field = emptyField(job, x.height(), x.width());
    if (!multiplies(job.map.role)) {
        field.what = FOVEA_TEXT("engine", "before");
        field.values = std::move(before);
        return finished(job, std::move(field), false);
    }
    auto after = weightedMagnitude(job, x, [&](int c) { return std::abs(static_cast<double>(w[static_cast<std::size_t>(c)])); });
    field.sharedScale = true;
    field.scaleMin = 0.0F;
    field.scaleMax = std::max(*std::max_element(before.begin(), before.end()), *std::max_element(after.begin(), after.end()));
    const bool isBefore = job.spec.channelMode == ChannelMode::Before;
    field.what = isBefore ? FOVEA_TEXT("engine", "before") : FOVEA_TEXT("engine", "after");
    field.values = std::move(isBefore ? before : after);
    return finished(job, std::move(field), false);
}

/// D. The double sum of C equal floats and its quotient by C are exact for C < 2^29, so w − w̄ is 0 itself for a uniform gate.
Result<ScalarField> changed(const Job& job) {
    const FeatureMap& x = job.features.map;
    const std::vector<float>& w = job.map.data.values;
    double sum = 0.0;
    for (const float weight : w) {
        sum += weight;
    }
    const double mean = sum / static_cast<double>(w.size());
    ScalarField field = emptyField(job, x.height(), x.width());
    field.values = weightedMagnitude(job, x, [&](int c) { return w[static_cast<std::size_t>(c)] - mean; });
    field.what = FOVEA_TEXT("engine", "what attention changed");
    return finished(job, std::move(field), true);
}

Result<ScalarField> channelField(const Job& job) {
    if (job.map.data.size() != static_cast<std::size_t>(job.features.map.channels())) {
        return misshapen(job);
    }
    const ChannelMode mode = job.spec.channelMode;
    if (mode == ChannelMode::Single) {
        return singleChannel(job);
    }
    if (mode != ChannelMode::Before && !multiplies(job.map.role)) {
        return notMultiplying(job);
    }
    return mode == ChannelMode::Changed ? changed(job) : beforeOrAfter(job);
}

Result<ScalarField> spatialField(const Job& job) {
    const AttentionMap& map = job.map;
    if (map.gridHeight < 1 || map.gridWidth < 1 ||
        map.data.size() != static_cast<std::size_t>(map.gridHeight) * static_cast<std::size_t>(map.gridWidth)) {
        return misshapen(job);
    }
    ScalarField field = emptyField(job, map.gridHeight, map.gridWidth);
    field.values = map.data.values;
    field.discrete = map.role == MapRole::Mask;
    const bool isSigned = map.role == MapRole::Additive && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

/// One channel of a Full map of `channels` channels and `cells` cells.
void copyChannel(const AttentionMap& map, std::size_t channel, std::size_t channels, std::vector<float>& cells) {
    const float* data = map.data.values.data();
    if (!map.channelsLast) {
        std::copy_n(data + channel * cells.size(), cells.size(), cells.begin());
        return;
    }
    for (std::size_t n = 0; n < cells.size(); ++n) {
        cells[n] = data[n * channels + channel];
    }
}

void meanOverChannels(const AttentionMap& map, std::size_t channels, std::vector<float>& cells) {
    const float* data = map.data.values.data();
    std::vector<double> sums(cells.size(), 0.0);
    if (map.channelsLast) {
        for (std::size_t n = 0; n < sums.size(); ++n) {
            sums[n] = std::accumulate(data + n * channels, data + (n + 1) * channels, 0.0);
        }
    } else {
        // Channel by channel, as they lie in memory.
        for (std::size_t k = 0; k < channels; ++k) {
            std::transform(sums.begin(), sums.end(), data + k * sums.size(), sums.begin(), std::plus<>());
        }
    }
    std::transform(sums.begin(), sums.end(), cells.begin(),
                   [channels](double sum) { return static_cast<float>(sum / static_cast<double>(channels)); });
}

Result<ScalarField> fullField(const Job& job) {
    const AttentionMap& map = job.map;
    const bool hasGrid = map.gridHeight >= 1 && map.gridWidth >= 1;
    const std::size_t cells = hasGrid ? static_cast<std::size_t>(map.gridHeight) * static_cast<std::size_t>(map.gridWidth) : 1;
    if (!hasGrid || map.data.empty() || map.data.size() % cells != 0) {
        return misshapen(job);
    }
    const std::size_t channels = map.data.size() / cells;
    const int c = job.spec.channel;
    if (c >= 0 && static_cast<std::size_t>(c) >= channels) {
        return noChannel(c, static_cast<int>(channels));
    }
    ScalarField field = emptyField(job, map.gridHeight, map.gridWidth);
    if (c >= 0) {
        copyChannel(map, static_cast<std::size_t>(c), channels, field.values);
        const auto& names = job.features.channelNames;
        nameChannel(field, c, names.size() == channels ? names : std::vector<std::string>());
    } else {
        meanOverChannels(map, channels, field.values);
        field.what = FOVEA_TEXT("engine", "mean over channels");
    }
    const bool isSigned = map.role == MapRole::Additive && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

/// The features under an outlined region.
Result<ScalarField> regionField(const Job& job) {
    const FeatureMap& x = job.features.map;
    ScalarField field = emptyField(job, x.height(), x.width());
    field.values = weightedMagnitude(job, x, [](int) { return 1.0; });
    field.what = FOVEA_TEXT("engine", "before");
    return finished(job, std::move(field), false);
}

/// Branches have no place on the picture; what went in and what came out has.
Result<ScalarField> branchField(const Job& job) {
    const FeatureMap& x = job.features.map;
    const auto& outputs = job.module.output->frames;
    const bool sameGrid = !outputs.empty() && x.height() == outputs.back().height() && x.width() == outputs.back().width();
    if (job.map.role == MapRole::Additive || !sameGrid) {
        return regionField(job);
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

/// The class activation map of the network without or with the module.
Result<ScalarField> activationField(const FrameResult& frame, const ModuleResult& module, const FieldSpec& spec) {
    const Prediction* prediction = (spec.plainActivation ? frame.prediction : module.prediction).get();
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
    AttentionMap map{.name = "activation",
                     .kind = MapKind::Spatial,
                     .role = MapRole::Additive,
                     .title = FOVEA_TEXT("engine", "Class activation")};
    const FeatureMap values = classActivation(*prediction, index);
    map.gridHeight = values.height();
    map.gridWidth = values.width();
    map.data = Tensor({values.height(), values.width()}, {values.data(), values.data() + values.size()});
    const Job job{frame, module, map, spec, *frame.features};
    ScalarField field = emptyField(job, map.gridHeight, map.gridWidth);
    field.values = map.data.values;
    field.what = frame.bundle ? frame.bundle->classes[static_cast<std::size_t>(index)].name : std::string();
    if (spec.plainActivation) {
        field.module = frame.features->model;
        field.provenance = {.kind = ProvenanceKind::Trained, .source = frame.features->model};
    }
    const bool isSigned = crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

/// Whether a channel is asked for while the map has one number for each position, pair of them, or branch, and says nothing of
/// channels.
bool asksBeyondMap(const Job& job) {
    const bool withoutChannels = job.map.kind == MapKind::Spatial || job.map.kind == MapKind::Branch ||
                                 (job.map.kind == MapKind::Region && hasOutline(job.map)) ||
                                 (job.map.kind == MapKind::Pairwise && betweenPositions(job.map));
    return withoutChannels && job.spec.channelMode == ChannelMode::Single && job.spec.channel >= 0;
}

Result<ScalarField> fieldOf(const Job& job) {
    if (asksBeyondMap(job)) {
        auto field = singleChannel(job);
        if (field) {
            field->map = FOVEA_TEXT("engine", "Features");
        }
        return field;
    }
    switch (job.map.kind) {
        case MapKind::Channel:
            return channelField(job);
        case MapKind::Spatial:
            return spatialField(job);
        case MapKind::Full:
            return fullField(job);
        case MapKind::Pairwise:
            return pairwiseField(job);
        case MapKind::Temporal:
            return temporalField(job);
        case MapKind::Branch:
            return branchField(job);
        case MapKind::Region:
            if (hasOutline(job.map)) {
                return regionField(job);
            }
            break;
    }
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "The map “%1” of %2 has no place on the picture; choose another map."),
                     {job.map.name, job.module.info->title});
}

/// Small ranks are shown first; none for maps without a picture.
std::optional<int> defaultRank(const AttentionMap& map) {
    switch (map.kind) {
        case MapKind::Spatial:
            return map.role == MapRole::Saliency ? 1 : 0;
        case MapKind::Full:
            return map.role == MapRole::Distribution ? 6 : 2;  // what sums to 1 over its channels has the same mean everywhere
        case MapKind::Pairwise:
            if (!touchesPositions(map)) {
                return 10;  // has a matrix, if no picture
            }
            if (!overClip(map) || map.keyHeight * map.keyWidth > 1) {
                return 3;
            }
            return map.groupHeight * map.groupWidth > 1 ? 4 : 9;  // whole frames which attend to frames have no places
        case MapKind::Channel:
            return multiplies(map.role) ? 5 : 6;
        case MapKind::Temporal:
            return multiplies(map.role) ? 7 : 8;
        case MapKind::Branch:
            return 10;
        case MapKind::Region:
            return hasOutline(map) ? std::optional(11) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

bool hasPicture(const AttentionMap& map) noexcept { return defaultRank(map).has_value(); }

const AttentionMap* defaultMap(const AttentionOutput& output) {
    const AttentionMap* best = nullptr;
    for (const auto& map : output.maps) {
        const auto rank = defaultRank(map);
        if (rank && (best == nullptr || *rank < *defaultRank(*best))) {
            best = &map;
        }
    }
    return best;
}

int chosenCode(const AttentionMap& map, const FieldSpec& spec) {
    const bool codesAreKeys = map.queryAxis == MapAxis::Positions;
    const int count = codesAreKeys ? keyCount(map) : queryCount(map);
    if (spec.channel >= 0 || !touchesPositions(map)) {
        return std::clamp(spec.channel, 0, std::max(count - 1, 0));
    }
    int most = 0;
    double mostWeight = 0.0;
    for (int code = 0; code < count; ++code) {
        const auto row = pairwiseRow(map, spec.head, code, codesAreKeys);
        const double weight = std::accumulate(row.begin(), row.end(), 0.0);
        if (code == 0 || weight > mostWeight) {
            most = code;
            mostWeight = weight;
        }
    }
    return most;
}

Result<ScalarField> makeField(const FrameResult& result, const FieldSpec& spec) {
    const auto module = finishedModule(result, spec);
    if (!module) {
        return module.error();
    }
    if (!result.features || result.features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    if (spec.activationClass >= 0) {
        return activationField(result, **module, spec);
    }
    const auto map = chosenMap(**module, spec.map);
    if (!map) {
        return map.error();
    }
    if (!overClip(**map)) {
        return fieldOf(Job{result, **module, **map, spec, *result.features});
    }
    if (!result.clip || result.clip->empty()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The frames which %1 compares are not at hand; run it on a video or a camera."),
                         {(*module)->info->title});
    }
    const int shown = clipIndex(spec.frame, static_cast<int>(result.clip->size()));
    const Features& features = *(*result.clip)[static_cast<std::size_t>(shown)].features;
    return fieldOf(Job{result, **module, **map, spec, features, result.clip.get(), shown});
}

const Frame& shownFrame(const FrameResult& result, const FieldSpec& spec) {
    const auto module = finishedModule(result, spec);
    if (!module || spec.activationClass >= 0 || !result.clip || result.clip->empty()) {
        return result.frame;
    }
    const auto map = chosenMap(**module, spec.map);
    if (!map || !overClip(**map)) {
        return result.frame;
    }
    const int shown = clipIndex(spec.frame, static_cast<int>(result.clip->size()));
    return (*result.clip)[static_cast<std::size_t>(shown)].frame;
}

Cell cellAt(const ScalarField& field, double x, double y) noexcept {
    const auto clamped = [](double position, int n) { return clampedPart(position, std::max(n, 1)); };
    return {clamped((y - field.geometry.originY) / field.geometry.stepY, field.height),
            clamped((x - field.geometry.originX) / field.geometry.stepX, field.width)};
}

}  // namespace fovea
