#pragma once

#include <string>

#include "tests/fuzz/random.h"

namespace fovea::mutate {

/// Damages bytes of any format once or a few times; parts of `other` may be spliced in. Says what was done.
std::string mutateBytes(std::string& bytes, const std::string& other, Random& random);

}  // namespace fovea::mutate
