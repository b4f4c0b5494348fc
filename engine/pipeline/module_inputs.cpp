#include "engine/pipeline/module_inputs.h"

#include <algorithm>
#include <utility>

#include "engine/tensor/ops.h"

namespace fovea {
namespace {

constexpr int kTiedSide = 28;

/// The parameter `key` when the module declares it and it is set, else the default side.
int tiedSide(const ModuleInfo& info, const ParamSet& params, const std::string& key) {
    const bool declared =
        std::any_of(info.params.begin(), info.params.end(), [&](const ParamSpec& spec) { return spec.key == key; });
    const int chosen = declared ? params.integer(key) : 0;
    return chosen > 0 ? chosen : kTiedSide;
}

/// The gate's grid: half as fine as the features.
GridSize gateGrid(int height, int width) { return {(height + 1) / 2, (width + 1) / 2}; }

}  // namespace

std::optional<GridSize> tiedGrid(const ModuleInfo& info, const ParamSet& params) {
    if (info.tied == nullptr || !info.tied(params)) {
        return std::nullopt;
    }
    return GridSize{tiedSide(info, params, "H"), tiedSide(info, params, "W")};
}

InputShape ModuleInputs::shapeOf(const ModuleInfo& info, const ParamSet& params, const FeatureMap& features, int frames) {
    const auto grid = tiedGrid(info, params).value_or(GridSize{features.height(), features.width()});
    InputShape shape{features.channels(), grid.height, grid.width, frames, {}};
    if (info.needs.gate) {
        const GridSize gate = gateGrid(grid.height, grid.width);
        shape.extras["gate"] = {features.channels(), gate.height, gate.width};
    }
    if (info.needs.hidden) {
        shape.extras["hidden"] = {features.channels()};
    }
    return shape;
}

const Intervention ModuleInputs::kNoIntervention = {};

void ModuleInputs::scale(const Intervention& intervention) {
    m_scaled.reserve(m_frames.size());
    for (auto& frame : m_frames) {
        if (auto scaled = intervened(*frame, intervention)) {
            m_scaled.push_back(*std::move(scaled));
            frame = &m_scaled.back();
        }
    }
    m_heads = intervention.heads.empty() ? nullptr : &intervention.heads;
    m_tap = m_frames.back();
}

ModuleInputs::ModuleInputs(const ModuleInfo& info, const ParamSet& params, std::vector<const FeatureMap*> frames,
                           const Intervention& intervention)
    : m_frames(std::move(frames)) {
    scale(intervention);
    m_shape = shapeOf(info, params, *m_frames.front(), static_cast<int>(m_frames.size()));
    if (m_frames.front()->height() != m_shape.height || m_frames.front()->width() != m_shape.width) {
        m_resampled = GridSize{m_shape.height, m_shape.width};
        m_copies.reserve(m_frames.size());
        for (auto& frame : m_frames) {
            m_copies.push_back(ops::adaptiveMeanPool(*frame, m_shape.height, m_shape.width));
            frame = &m_copies.back();
        }
    }
    const FeatureMap& newest = *m_frames.back();
    if (info.needs.gate) {
        const GridSize gate = gateGrid(newest.height(), newest.width());
        m_extras["gate"] = ops::toTensor(ops::adaptiveMeanPool(newest, gate.height, gate.width));
    }
    if (info.needs.hidden) {
        m_extras["hidden"] = ops::toTensor(ops::globalMean(newest));
    }
}

ModuleInput ModuleInputs::input(const std::map<std::string, Tensor>& state, std::stop_token stop) const {
    ModuleInput input{.frames = m_frames, .extras = {}, .stop = std::move(stop), .heads = m_heads};
    for (const auto* tensors : {&m_extras, &state}) {
        for (const auto& [name, tensor] : *tensors) {
            input.extras.emplace(name, &tensor);
        }
    }
    return input;
}

}  // namespace fovea
