#include <algorithm>
#include <cmath>

#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

/// The factor of every channel in every frame, and their mean.
class FrameWeights final {
public:
    FrameWeights(const Tensor& data, int frames, int channels)
        : m_values(data.values), m_perChannel(data.size() != static_cast<std::size_t>(frames)), m_channels(channels) {
        for (const float w : m_values) {
            m_mean += w;
        }
        m_mean /= static_cast<double>(m_values.size());
    }

    [[nodiscard]] double at(int frame, int channel) const {
        return m_values[static_cast<std::size_t>(m_perChannel ? frame * m_channels + channel : frame)];
    }
    /// The double sum of equal floats and its quotient by their number are exact, so a uniform gate differs from it by 0 itself.
    [[nodiscard]] double mean() const { return m_mean; }

private:
    const std::vector<float>& m_values;
    bool m_perChannel;
    int m_channels;
    double m_mean = 0.0;
};

/// The values of one frame in a channel mode.
std::vector<float> weighted(const Job& job, const FrameWeights& weights, ChannelMode mode, int frame) {
    return weightedMagnitude(job, (*job.clip)[static_cast<std::size_t>(frame)].features->map, [&](int c) {
        const double w = weights.at(frame, c);
        return mode == ChannelMode::Before ? 1.0 : mode == ChannelMode::After ? std::abs(w) : w - weights.mean();
    });
}

Result<ScalarField> temporalField(const Job& job) {
    const Clip& clip = *job.clip;
    const int frames = static_cast<int>(clip.size());
    const int channels = job.features.map.channels();
    const std::size_t size = job.map.data.size();
    const auto perFrame = static_cast<std::size_t>(frames);
    if (size != perFrame && size != perFrame * static_cast<std::size_t>(channels)) {
        return misshapen(job);
    }
    const ChannelMode mode = job.spec.channelMode;
    if (mode == ChannelMode::Single) {
        return singleChannel(job);
    }
    if (mode != ChannelMode::Before && !multiplies(job.map.role)) {
        return notMultiplying(job);
    }
    const FrameWeights weights(job.map.data, frames, channels);
    ScalarField field = emptyField(job, job.features.map.height(), job.features.map.width());
    field.values = weighted(job, weights, mode, job.shown);
    const bool changed = mode == ChannelMode::Changed;
    std::vector<float> all;
    const auto modes = changed ? std::vector{mode} : std::vector{ChannelMode::Before, ChannelMode::After};
    for (int t = 0; t < frames; ++t) {
        for (const ChannelMode one : modes) {
            const auto values = weighted(job, weights, one, t);
            all.insert(all.end(), values.begin(), values.end());
        }
    }
    if (!allFinite(all)) {
        return notFinite(job);
    }
    shareScale(field, all);
    if (changed) {
        field.scaleMax = std::max(std::abs(field.scaleMin), std::abs(field.scaleMax));
        field.scaleMin = -field.scaleMax;
    } else {
        field.scaleMin = 0.0F;
    }
    field.what = changed                       ? FOVEA_TEXT("engine", "what attention changed")
                 : mode == ChannelMode::Before ? FOVEA_TEXT("engine", "before")
                                               : FOVEA_TEXT("engine", "after");
    return finished(job, std::move(field), changed);
}

std::optional<int> temporalRank(const AttentionMap& map) { return multiplies(map.role) ? 7 : 8; }

Result<Timeline> temporalTimeline(Timeline line, const JobResult& module, const AttentionMap& map, const FieldSpec&) {
    const std::size_t frames = line.timestamps.size();
    if (map.data.empty() || map.data.size() % frames != 0) {
        return misshapenTimeline(module, map);
    }
    const std::size_t channels = map.data.size() / frames;
    for (std::size_t t = 0; t < frames; ++t) {
        double sum = 0.0;
        for (std::size_t c = 0; c < channels; ++c) {
            sum += map.data.values[t * channels + c];
        }
        line.weights.push_back(static_cast<float>(sum / static_cast<double>(channels)));
    }
    if (map.data.shape.size() > 1) {
        line.rows = map.data.values;
        line.channels = static_cast<int>(channels);
    }
    line.role = map.role;
    line.what = map.role == MapRole::Gate ? FOVEA_TEXT("engine", "gate per frame") : FOVEA_TEXT("engine", "weight per frame");
    return line;
}

}  // namespace

const MapKindInfo& temporalKindInfo() {
    static const MapKindInfo kInfo{
        .name = TemporalMap::kName,
        .rank = temporalRank,
        .field = temporalField,
        .overClip = always,
        .hasTimeline = always,
        .timeline = temporalTimeline,
    };
    return kInfo;
}

}  // namespace fovea
