#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/result.h"
#include "engine/tensor/safetensors.h"

namespace fovea::test {

/// One vector file, split into what a mechanism may read and what it must give.
struct GoldenCase {
    SafetensorsFile given;                     ///< metadata, input, extras, param.*
    std::map<std::string, Tensor> expected;    ///< output and attn.*
    std::map<std::string, double> tolerances;  ///< absolute, by name
};

/// Paths of tests/golden/<id>__*.safetensors, sorted.
std::vector<std::string> goldenFiles(const std::string& id);

/// Reads and splits a vector file.
Result<GoldenCase> readGoldenCase(const std::string& path);

}  // namespace fovea::test
