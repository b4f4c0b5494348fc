#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/attention/params.h"
#include "engine/attention/weights.h"
#include "engine/kernels/ops.h"
#include "engine/result.h"

namespace fovea {

/// Appends `layer`.weight [outputs×inputs×kernel×kernel] and, with `bias`, `layer`.bias [outputs].
void addConvolution(std::vector<WeightSpec>& specs, const std::string& layer, int outputs, int inputs, bool bias, int kernel = 1);
/// Appends weight, bias, running_mean and running_var [channels] of a batch norm.
void addBatchNorm(std::vector<WeightSpec>& specs, const std::string& layer, int channels);

/// The parameter `reduction` of a hidden layer of C // reduction channels.
ParamSpec reductionParam(int fallback);
/// Whether that leaves a hidden channel; `title` names the mechanism.
Result<void> checkReduction(const std::string& title, int channels, const ParamSet& params);

/// Whether the learned tensors of the mechanism `title` stay below 1 GB.
Result<void> checkWeightCount(const std::string& title, const std::vector<WeightSpec>& specs);

/// The learned layers of one module, by their names.
class Layers {
public:
    explicit Layers(const Weights& weights);

    [[nodiscard]] const Tensor& at(const std::string& name) const { return m_tensors.at(name); }
    /// W·x, plus the layer's bias if it has one.
    [[nodiscard]] FeatureMap convolution(const FeatureMap& x, const std::string& layer,
                                         const ops::ConvOptions& options = {}) const;
    /// In place.
    void batchNorm(FeatureMap& x, const std::string& layer) const;
    /// BN(W·x).
    [[nodiscard]] FeatureMap normalized(const FeatureMap& x, const std::string& layer, const std::string& norm) const;
    /// relu(BN(W·x)).
    [[nodiscard]] FeatureMap rectified(const FeatureMap& x, const std::string& layer, const std::string& norm) const;
    /// relu(BN(W·y) + x), how blocks with a reduced description of x end.
    [[nodiscard]] FeatureMap residual(const FeatureMap& y, const std::string& layer, const std::string& norm,
                                      const FeatureMap& x) const;

private:
    std::map<std::string, Tensor> m_tensors;
};

}  // namespace fovea
