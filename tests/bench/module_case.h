#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/attention/module.h"

/// One mechanism on random features at the bench's shape, with its default parameters and random weights.
class ModuleCase {
public:
    /// 64 channels of 60×80 cells, for clips eight frames of 28×28. Errors are the module's own.
    static fovea::Result<std::unique_ptr<ModuleCase>> make(const fovea::ModuleInfo& info);

    /// One run which records no steps; pairwise matrices are not looked at.
    fovea::Result<fovea::AttentionOutput> run();

    /// A case file for the reference: inputs, parameters, weights and the `output` of a run. False where it cannot be written.
    [[nodiscard]] bool write(const std::string& path, const fovea::AttentionOutput& output) const;

    /// Bytes of inputs, weights and output, each once.
    [[nodiscard]] double bytes(const fovea::AttentionOutput& output) const;

    [[nodiscard]] const fovea::ModuleInfo& info() const noexcept { return *m_info; }
    [[nodiscard]] const fovea::InputShape& shape() const noexcept { return m_shape; }
    [[nodiscard]] const fovea::ParamSet& params() const noexcept { return m_params; }
    [[nodiscard]] const fovea::Weights& weights() const noexcept { return m_weights; }

private:
    ModuleCase(const fovea::ModuleInfo& info);

    const fovea::ModuleInfo* m_info;
    fovea::InputShape m_shape;
    fovea::ParamSet m_params;
    std::vector<fovea::FeatureMap> m_frames;
    std::map<std::string, fovea::Tensor> m_extras;
    fovea::Weights m_weights;
    std::unique_ptr<fovea::AttentionModule> m_module;
};
