#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/attention/params.h"
#include "engine/tensor/tensor.h"

namespace fovea::test {

/// Mechanisms over channels and positions whose equations are written down here.
inline constexpr std::array kMixedModules{"bam", "scse", "triplet", "danet", "strip_pooling", "lka", "psa",
                                          "sge", "sa",   "ran",     "rga"};

/// "output" and "attn.…" of one of them by its equations, in double and without any shortcut.
std::map<std::string, std::vector<double>> expectedOf(const std::string& id, const Tensor& x,
                                                      const std::map<std::string, Tensor>& weights, const ParamSet& params);

}  // namespace fovea::test
