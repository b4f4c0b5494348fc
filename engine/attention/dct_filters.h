#pragma once

#include <string>
#include <vector>

#include "engine/tensor/tensor.h"

namespace fovea {

/// FcaNet's selections of spatial frequencies: top, low or bot, and how many of them (1, 2 … 32).
std::vector<std::string> dctSelections();
/// How many frequencies a selection has.
int dctFrequencyCount(const std::string& selection);
/// [channels×height×width]: the F frequencies share out the channels in F equal runs, and the run of (u, v) has
///   D[i,j] = B(i,u,height)·B(j,v,width), B(p,f,L) = cos(π·f·(p + 0.5)/L)/√L · (f = 0 ? 1 : √2).
/// The paper gives its frequencies on a grid of 7×7; they are multiplied by ⌊size/7⌋.
Tensor dctFilters(const std::string& selection, int channels, int height, int width);

}  // namespace fovea
