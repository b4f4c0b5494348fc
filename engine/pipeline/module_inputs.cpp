#include "engine/pipeline/module_inputs.h"

#include <utility>

#include "engine/kernels/ops.h"

namespace fovea {

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
    const FeatureMap& oldest = *m_frames.front();
    m_shape = inputShape(info, params, oldest.channels(), {oldest.height(), oldest.width()}, static_cast<int>(m_frames.size()));
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
        const GridSize gate = gateGrid({newest.height(), newest.width()});
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
