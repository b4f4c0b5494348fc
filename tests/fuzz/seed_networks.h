#pragma once

#include <string>
#include <vector>

#include "tests/fuzz/seeds.h"

namespace fovea::mutate {

/// Small networks of several nodes each.
std::vector<Seed> seedNetworks();

/// Networks which fit a bundle, as small as they can be: RGB → features of stride 8 → logits and last features.
std::string smallBackbone(int channels);
std::string smallTail(int channels, int classes);

}  // namespace fovea::mutate
