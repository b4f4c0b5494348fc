#include <algorithm>
#include <functional>
#include <numeric>

#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

/// One channel of a full map of `channels` channels and `cells` cells.
void copyChannel(const AttentionMap& map, std::size_t channel, std::size_t channels, std::vector<float>& cells) {
    const float* data = map.data.values.data();
    if (!std::get<FullMap>(map.kind).channelsLast) {
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
    if (std::get<FullMap>(map.kind).channelsLast) {
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
    const auto& [height, width, channelsLast] = std::get<FullMap>(map.kind);
    const bool hasGrid = height >= 1 && width >= 1;
    const std::size_t cells = hasGrid ? static_cast<std::size_t>(height) * static_cast<std::size_t>(width) : 1;
    if (!hasGrid || map.data.empty() || map.data.size() % cells != 0) {
        return misshapen(job);
    }
    const std::size_t channels = map.data.size() / cells;
    const int c = job.spec.channel;
    if (c >= 0 && static_cast<std::size_t>(c) >= channels) {
        return noChannel(c, static_cast<int>(channels));
    }
    ScalarField field = emptyField(job, height, width);
    if (c >= 0) {
        copyChannel(map, static_cast<std::size_t>(c), channels, field.values);
        const auto& names = job.features.channelNames;
        nameChannel(field, c, names.size() == channels ? names : std::vector<std::string>());
    } else {
        meanOverChannels(map, channels, field.values);
        field.what = FOVEA_TEXT("engine", "mean over channels");
    }
    return gridField(job, std::move(field));
}

/// Weights which sum to 1 over the channels have the same mean everywhere.
std::optional<int> fullRank(const AttentionMap& map) { return map.role == MapRole::Distribution ? 6 : 2; }

int fullChannels(const AttentionMap& map, const FeatureMap&) {
    const auto& full = std::get<FullMap>(map.kind);
    return static_cast<int>(map.data.size()) / std::max(1, full.height * full.width);
}

std::vector<MapExtent> fullExtents(const AttentionMap& map) {
    const auto& grid = std::get<FullMap>(map.kind);
    return gridExtents(grid.height, grid.width);
}

std::optional<PositionNumbers> fullNumbers(const AttentionMap& map) {
    return PositionNumbers{map.name + ": mean over channels", {}};
}

}  // namespace

const MapKindInfo& fullKindInfo() {
    static const MapKindInfo kInfo{
        .name = FullMap::kName,
        .rank = fullRank,
        .field = fullField,
        .channels = fullChannels,
        .extents = fullExtents,
        .perPosition = fullNumbers,
    };
    return kInfo;
}

}  // namespace fovea
