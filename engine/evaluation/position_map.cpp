#include "engine/evaluation/position_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "engine/render/field.h"

namespace fovea {
namespace {

/// Means of the rows which are added, each value over those rows which have one.
class MeanOfRows final {
public:
    void add(const std::vector<float>& row) {
        m_sums.resize(row.size(), 0.0);
        m_counts.resize(row.size(), 0);
        for (std::size_t k = 0; k < row.size(); ++k) {
            if (!std::isnan(row[k])) {
                m_sums[k] += static_cast<double>(row[k]);
                ++m_counts[k];
            }
        }
    }
    [[nodiscard]] std::vector<float> values() const {
        std::vector<float> out(m_sums.size(), std::numeric_limits<float>::quiet_NaN());
        for (std::size_t k = 0; k < out.size(); ++k) {
            if (m_counts[k] > 0) {
                out[k] = static_cast<float>(m_sums[k] / m_counts[k]);
            }
        }
        return out;
    }

private:
    std::vector<double> m_sums;
    std::vector<int> m_counts;
};

/// How the numbers of a judged map come about.
std::string howMade(const AttentionMap& map) {
    if (map.kind == MapKind::Spatial) {
        return map.name;
    }
    if (map.kind == MapKind::Full) {
        return map.name + ": mean over channels";
    }
    if (!betweenPositions(map)) {
        return map.name + ": weight of the code used most";
    }
    return map.name + (map.layout ? ": attention received, mean over heads and the queries which see the position"
                                  : ": attention received, mean over heads and queries");
}

bool isJudged(const AttentionMap* map) {
    if (map == nullptr || overClip(*map)) {
        return false;
    }
    return map->kind == MapKind::Spatial || map->kind == MapKind::Full || touchesPositions(*map);
}

}  // namespace

std::vector<float> receivedAttention(const AttentionMap& map) {
    MeanOfRows mean;
    const int queries = map.layout ? static_cast<int>(map.layout->places.size()) : queryCount(map);
    for (int query = 0; query < queries; ++query) {
        mean.add(map.layout ? pairwisePicture(map, -1, query, false) : pairwiseRow(map, -1, query, false));
    }
    return mean.values();
}

Result<std::optional<JudgedMap>> judgedMap(const FrameResult& result, const ModuleResult& module) {
    if (!module.output) {
        return module.output.error();
    }
    const AttentionMap* map = defaultMap(*module.output);
    if (!isJudged(map)) {
        return std::optional<JudgedMap>();
    }
    FrameResult alone = result;  // the same mechanism may stand in one result twice, with other weights
    alone.modules = {std::shared_ptr<const ModuleResult>(std::shared_ptr<void>(), &module)};
    auto field = makeField(alone, {.module = module.info->id});
    if (!field) {
        return field.error();
    }
    JudgedMap judged{.map = {.values = std::move(field->values), .height = field->height, .width = field->width}};
    judged.map.geometry = field->geometry;
    if (betweenPositions(*map)) {
        judged.map.values = receivedAttention(*map);
    }
    judged.how = howMade(*map);
    return std::optional(std::move(judged));
}

PositionMap activationMap(const Prediction& prediction, int index, const Features& features) {
    const FeatureMap values = classActivation(prediction, index);
    PositionMap map{.height = values.height(), .width = values.width(), .geometry = features.geometry};
    map.geometry.stepX *= static_cast<double>(features.map.width()) / values.width();
    map.geometry.stepY *= static_cast<double>(features.map.height()) / values.height();
    std::transform(values.data(), values.data() + values.size(), std::back_inserter(map.values),
                   [](float v) { return std::max(v, 0.0F); });
    return map;
}

}  // namespace fovea
