#pragma once

#include <string>
#include <vector>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {

/// A convolution whose kernel is mixed for every input from several learned ones, what CondConv and dynamic convolution share:
///   K = Σ_e a_e·K_e, b = Σ_e a_e·b_e,  out = K ∗ x + b with zero padding ⌊k/2⌋ and stride 1.
class MixedConvolution {
public:
    /// The parameters `Cout` (0: as many as the input), `k`, `groups` and `bias`.
    static std::vector<ParamSpec> params(bool bias);
    /// [Cout × C/groups × k × k].
    static Shape kernelShape(const InputShape& shape, const ParamSet& params);
    /// Whether the groups share the channels evenly.
    static Result<void> check(const std::string& title, const InputShape& shape, const ParamSet& params);

    /// `kernels` and `biases` hold one entry per kernel along their first axis; `biases` may be empty.
    MixedConvolution(Tensor kernels, Tensor biases, Shape kernelShape, int groups);

    [[nodiscard]] FeatureMap run(const FeatureMap& x, const ops::Vector& attention, Steps& steps) const;

private:
    Tensor m_kernels;
    Tensor m_biases;
    Shape m_shape;
    int m_groups;
};

}  // namespace fovea
