#include <algorithm>
#include <cmath>

#include "engine/io/csv_text.h"
#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

/// ChannelMode::Before or After, both on the scale from 0 to the larger of their maxima.
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

/// ChannelMode::Changed. The double sum of C equal floats and its quotient by C are exact for C < 2^29, so w − w̄ is 0 itself for a uniform gate.
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

/// A gate which multiplies the features has more modes to show, so it comes first.
std::optional<int> channelRank(const AttentionMap& map) { return multiplies(map.role) ? 5 : 6; }

std::vector<float> channelBars(const AttentionMap& map, int) { return map.data.values; }

std::string channelsCsv(const Tensor& weights, const std::vector<std::string>& names) {
    std::string out = "index,name,weight\n";
    for (std::size_t c = 0; c < weights.size(); ++c) {
        const bool named = names.size() == weights.size();
        out += std::to_string(c) + ',' + csvQuoted(named ? names[c] : std::string()) + ',' + csvNumber(weights.values[c]) + '\n';
    }
    return out;
}

}  // namespace

const MapKindInfo& channelKindInfo() {
    static const MapKindInfo kInfo{
        .name = ChannelMap::kName,
        .rank = channelRank,
        .field = channelField,
        .perChannel = true,
        .card = MapCard::Bars,
        .bars = channelBars,
        .table = {.ending = "channels.csv", .text = channelsCsv},
    };
    return kInfo;
}

}  // namespace fovea
