#pragma once

#include <cstddef>
#include <string>

#include "tests/fuzz/random.h"

namespace fovea::mutate {

enum class Outcome { Refused, Accepted, Run };

/// What became of one file. A fault is what should not have happened.
struct Verdict {
    Outcome outcome = Outcome::Refused;
    std::string fault = {};
    std::string message = {};  ///< with which it was refused
};

/// Bytes a network may take, for reading and for running.
inline constexpr std::size_t kBudget = std::size_t{256} << 20;

/// Reads a network, prepares and runs it for small inputs, twice, and looks at every byte of its outputs.
Verdict tryNetwork(const std::string& path, Random& random);
/// Reads a safetensors file; what is accepted must be consistent and survive being written and read again.
Verdict tryWeights(const std::string& path);
/// Opens a bundle, which runs its networks.
Verdict tryBundle(const std::string& folder);

}  // namespace fovea::mutate
