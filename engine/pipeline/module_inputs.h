#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/attention/input_shape.h"
#include "engine/pipeline/intervention.h"

namespace fovea {

/// What one module reads of one pass. Points into `frames` given and into itself.
class ModuleInputs {
public:
    /// `frames` and `intervention` outlive it: one for pictures, T for clips. A tied module reads them resampled by area to its
    /// grid. An intervention scales their channels first, so that the extra inputs are made of scaled ones, too.
    ModuleInputs(const ModuleInfo& info, const ParamSet& params, std::vector<const FeatureMap*> frames,
                 const Intervention& intervention = kNoIntervention);
    ModuleInputs(const ModuleInputs&) = delete;
    ModuleInputs& operator=(const ModuleInputs&) = delete;

    [[nodiscard]] const InputShape& shape() const noexcept { return m_shape; }
    /// With `state`, what the module gave for the frame before.
    [[nodiscard]] ModuleInput input(const std::map<std::string, Tensor>& state, std::stop_token stop) const;
    /// The newest frame's features as they are read, but for the resampling: what the module's output takes the place of.
    [[nodiscard]] const FeatureMap& tap() const noexcept { return *m_tap; }
    /// The grid the frames were resampled to; nothing when they are read as they are.
    [[nodiscard]] std::optional<GridSize> resampled() const noexcept { return m_resampled; }

private:
    static const Intervention kNoIntervention;

    void scale(const Intervention& intervention);

    std::vector<const FeatureMap*> m_frames;
    std::vector<FeatureMap> m_scaled;
    const FeatureMap* m_tap = nullptr;
    const std::vector<float>* m_heads = nullptr;
    std::vector<FeatureMap> m_copies;
    std::map<std::string, Tensor> m_extras;
    InputShape m_shape;
    std::optional<GridSize> m_resampled;
};

}  // namespace fovea
