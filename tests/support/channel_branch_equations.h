#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/attention/params.h"
#include "engine/tensor/tensor.h"

namespace fovea::test {

/// Mechanisms over channels and branches whose equations are written down here.
inline constexpr std::array kChannelBranchModules{
    "gct", "fca", "gsop", "soca", "encnet", "dia", "sk", "split_attention", "condconv", "dynamic_conv", "highway"};

/// The tensors a mechanism reads: "input", its weights by their names, and "hidden" and "cell" if there are any.
using Given = std::map<std::string, Tensor>;

/// "output" and "attn.…" of one of them by its equations, in double and without any shortcut.
std::map<std::string, std::vector<double>> channelBranchExpected(const std::string& id, const Given& given,
                                                                 const ParamSet& params);

/// FcaNet's filters [channels×height×width] as its paper writes them.
Tensor cosineFilters(const std::string& selection, int channels, int height, int width);

}  // namespace fovea::test
