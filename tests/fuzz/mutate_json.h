#pragma once

#include <string>

#include "tests/fuzz/random.h"

namespace fovea::mutate {

/// Replaces values, renames, adds and removes keys of a JSON text, which stays one. Says what was done.
std::string mutateJson(std::string& text, Random& random);
/// The same for the header of a safetensors file, and its dtypes, shapes and offsets; the length in front stays right.
std::string mutateHeader(std::string& bytes, Random& random);

}  // namespace fovea::mutate
