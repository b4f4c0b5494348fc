#pragma once

#include <string>
#include <vector>

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {

/// The parameter `groups` of a convolution; 0, where allowed, is the largest number up to 32 which divides the channels.
ParamSpec groupsParam(bool automatic);
/// The parameter `k`: the odd side of a kernel.
ParamSpec kernelParam();
/// The parameter `bias` of a convolution.
ParamSpec biasParam(bool fallback);
/// The parameter `Cout`: output channels, 0 for as many as the input.
ParamSpec outputsParam();
int outputChannels(const InputShape& shape, const ParamSet& params);
int convolutionGroups(const InputShape& shape, const ParamSet& params);
/// Whether `groups` share `channels` evenly.
Result<void> checkGroups(const char* title, int channels, int groups);

/// [C]: mean over positions of the sum of all branches.
ops::Vector meanOfSum(const std::vector<FeatureMap>& branches);
/// Σ_b gate[b,c]·branch_b,c; gate is [B×C].
FeatureMap weightedSum(const std::vector<FeatureMap>& branches, const Tensor& gate);
/// Σ_k gate[k]·stack[k]; the first axis of `stack` has as many entries as `gate`; of shape `shape`.
Tensor mixedKernel(const Tensor& stack, const ops::Vector& gate, Shape shape);
/// The map "branch".
AttentionMap branchMap(MapRole role, const char* title, Tensor gate);

}  // namespace fovea
