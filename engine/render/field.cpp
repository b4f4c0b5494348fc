#include "engine/render/field.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

namespace fovea {
namespace {

/// Everything the makers of single kinds read.
struct Job {
    const FrameResult& frame;
    const ModuleResult& module;
    const AttentionMap& map;
    const FieldSpec& spec;
};

const Features& features(const Job& job) { return *job.frame.features; }

bool multiplies(MapRole role) { return role == MapRole::Gate || role == MapRole::Distribution || role == MapRole::Mask; }

Error misshapen(const Job& job) {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine", "The map “%1” of %2 does not fit its features; run the module again."),
                     {job.map.name, job.module.info->title});
}

/// Cells of another grid which cover the same area of the picture as the features' cells.
CellGeometry scaledGeometry(const Features& from, int height, int width) {
    CellGeometry g = from.geometry;
    g.stepX *= static_cast<double>(from.map.width()) / width;
    g.stepY *= static_cast<double>(from.map.height()) / height;
    return g;
}

ScalarField emptyField(const Job& job, int height, int width) {
    ScalarField field;
    field.height = height;
    field.width = width;
    field.geometry = scaledGeometry(features(job), height, width);
    field.values.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    field.module = job.module.info->title;
    field.map = job.map.title;
    field.provenance = job.module.provenance;
    return field;
}

/// Fills in ends and automatic range. A field is shown only if all of it is finite.
Result<ScalarField> finished(const Job& job, ScalarField field, bool isSigned) {
    const auto finite = [](float v) { return std::isfinite(v); };
    if (!std::all_of(field.values.begin(), field.values.end(), finite)) {
        return makeError(ErrorCode::BadValue,
                         FOVEA_TEXT("engine",
                                    "The picture of the map “%1” of %2 has values which are not finite; choose other weights or "
                                    "parameters."),
                         {job.map.name, job.module.info->title});
    }
    const auto [low, high] = std::minmax_element(field.values.begin(), field.values.end());
    field.min = *low;
    field.max = *high;
    field.diverging = isSigned;
    if (field.sharedScale) {
        return field;
    }
    const float reach = std::max(std::abs(field.min), std::abs(field.max));
    field.scaleMin = isSigned ? -reach : field.min;
    field.scaleMax = isSigned ? reach : field.max;
    return field;
}

/// Signed values diverge only where 0 means "nothing"; a gate or a ranking has no such centre.
bool crossesZero(const std::vector<float>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low < 0.0F && *high > 0.0F;
}

/// mean_c factor(c)·|x_c| per cell, in double: the sums cancel.
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

/// x_c itself.
Result<ScalarField> singleChannel(const Job& job) {
    const Features& from = features(job);
    const int c = job.spec.channel;
    if (c < 0 || c >= from.map.channels()) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no channel %1; choose one from 0 to %2."),
                         {std::to_string(c), std::to_string(from.map.channels() - 1)});
    }
    ScalarField field = emptyField(job, from.map.height(), from.map.width());
    std::copy_n(from.map.row(c), field.values.size(), field.values.begin());
    const auto index = static_cast<std::size_t>(c);
    field.what = index < from.channelNames.size() ? from.channelNames[index] : FOVEA_TEXT("engine", "one channel");
    const bool isSigned = crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

/// B or A, both on the scale 0 … the larger of their maxima.
Result<ScalarField> beforeOrAfter(const Job& job) {
    const FeatureMap& x = features(job).map;
    const std::vector<float>& w = job.map.data.values;
    auto before = weightedMagnitude(x, [](int) { return 1.0; });
    ScalarField field = emptyField(job, x.height(), x.width());
    if (!multiplies(job.map.role)) {
        field.what = FOVEA_TEXT("engine", "before");
        field.values = std::move(before);
        return finished(job, std::move(field), false);
    }
    auto after = weightedMagnitude(x, [&](int c) { return std::abs(static_cast<double>(w[static_cast<std::size_t>(c)])); });
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
    const FeatureMap& x = features(job).map;
    const std::vector<float>& w = job.map.data.values;
    double sum = 0.0;
    for (const float weight : w) {
        sum += weight;
    }
    const double mean = sum / static_cast<double>(w.size());
    ScalarField field = emptyField(job, x.height(), x.width());
    field.values = weightedMagnitude(x, [&](int c) { return w[static_cast<std::size_t>(c)] - mean; });
    field.what = FOVEA_TEXT("engine", "what attention changed");
    return finished(job, std::move(field), true);
}

Result<ScalarField> channelField(const Job& job) {
    if (job.map.data.size() != static_cast<std::size_t>(features(job).map.channels())) {
        return misshapen(job);
    }
    const ChannelMode mode = job.spec.channelMode;
    if (mode == ChannelMode::Single) {
        return singleChannel(job);
    }
    if (mode != ChannelMode::Before && !multiplies(job.map.role)) {
        return makeError(
            ErrorCode::Unsupported,
            FOVEA_TEXT("engine", "The map “%1” of %2 does not multiply the features; choose “before” or one channel."),
            {job.map.name, job.module.info->title});
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
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no channel %1; choose one from 0 to %2."),
                         {std::to_string(c), std::to_string(channels - 1)});
    }
    ScalarField field = emptyField(job, map.gridHeight, map.gridWidth);
    const float* data = map.data.values.data();
    if (c >= 0) {
        std::copy_n(data + static_cast<std::size_t>(c) * cells, cells, field.values.begin());
        const auto& names = features(job).channelNames;
        field.what = names.size() == channels ? names[static_cast<std::size_t>(c)] : FOVEA_TEXT("engine", "one channel");
    } else {
        // Channel by channel, as they lie in memory.
        std::vector<double> sums(cells, 0.0);
        for (std::size_t k = 0; k < channels; ++k) {
            std::transform(sums.begin(), sums.end(), data + k * cells, sums.begin(), std::plus<>());
        }
        std::transform(sums.begin(), sums.end(), field.values.begin(),
                       [channels](double sum) { return static_cast<float>(sum / static_cast<double>(channels)); });
        field.what = FOVEA_TEXT("engine", "mean over channels");
    }
    const bool isSigned = map.role == MapRole::Additive && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

/// Index into n equal parts of 0..1, clamped; not a number counts as 0.
int clampedPart(double position, int n) { return position > 0.0 ? static_cast<int>(std::min(std::floor(position), n - 1.0)) : 0; }

Result<ScalarField> pairwiseField(const Job& job) {
    const AttentionMap& map = job.map;
    const bool to = job.spec.toQuery;
    if (map.gridHeight < 1 || map.gridWidth < 1 || map.keyHeight < 1 || map.keyWidth < 1) {
        return misshapen(job);
    }
    const int fromHeight = to ? map.keyHeight : map.gridHeight;
    const int fromWidth = to ? map.keyWidth : map.gridWidth;
    const int i = clampedPart(job.spec.queryY * fromHeight, fromHeight);
    const int j = clampedPart(job.spec.queryX * fromWidth, fromWidth);
    ScalarField field = to ? emptyField(job, map.gridHeight, map.gridWidth) : emptyField(job, map.keyHeight, map.keyWidth);
    auto row = pairwiseRow(map, job.spec.head, i * fromWidth + j, to);
    if (row.size() != field.values.size()) {
        return misshapen(job);
    }
    field.values = std::move(row);
    field.what = to ? FOVEA_TEXT("engine", "to the query") : FOVEA_TEXT("engine", "from the query");
    return finished(job, std::move(field), false);
}

Result<ScalarField> fieldOf(const Job& job) {
    switch (job.map.kind) {
        case MapKind::Channel:
            return channelField(job);
        case MapKind::Spatial:
            return spatialField(job);
        case MapKind::Full:
            return fullField(job);
        case MapKind::Pairwise:
            return pairwiseField(job);
        case MapKind::Branch:
        case MapKind::Temporal:
        case MapKind::Region:
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
            return 2;
        case MapKind::Pairwise:
            return 3;
        case MapKind::Channel:
            return multiplies(map.role) ? 4 : 5;
        case MapKind::Branch:
        case MapKind::Temporal:
        case MapKind::Region:
            break;
    }
    return std::nullopt;
}

Result<const AttentionMap*> chosenMap(const ModuleResult& module, const std::string& name) {
    const auto& maps = module.output->maps;
    if (name.empty()) {
        if (const AttentionMap* map = defaultMap(*module.output)) {
            return map;
        }
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "%1 gives no map which has a place on the picture; choose another module."),
                         {module.info->title});
    }
    const auto it = std::find_if(maps.begin(), maps.end(), [&](const AttentionMap& map) { return map.name == name; });
    if (it == maps.end()) {
        std::string known;
        for (const auto& map : maps) {
            known += (known.empty() ? "" : ", ") + map.name;
        }
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "%1 has no map “%2”; choose one of: %3."),
                         {module.info->title, name, known});
    }
    return &*it;
}

}  // namespace

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

Result<ScalarField> makeField(const FrameResult& result, const FieldSpec& spec) {
    const auto module = result.find(spec.module);
    if (!module) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no result of the module “%1” yet; choose it in the list."),
                         {spec.module});
    }
    if (!module->output) {
        return module->output.error();
    }
    if (!result.features || result.features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    const auto map = chosenMap(*module, spec.map);
    if (!map) {
        return map.error();
    }
    return fieldOf(Job{result, *module, **map, spec});
}

Cell cellAt(const ScalarField& field, double x, double y) noexcept {
    const auto clamped = [](double position, int n) { return clampedPart(position, std::max(n, 1)); };
    return {clamped((y - field.geometry.originY) / field.geometry.stepY, field.height),
            clamped((x - field.geometry.originX) / field.geometry.stepX, field.width)};
}

}  // namespace fovea
