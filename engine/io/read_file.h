#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// Reads a whole file of at most `maxBytes`; directories, devices, larger files and what Git LFS leaves in the place of a file
/// are an error naming the path.
FOVEA_API Result<std::vector<std::uint8_t>> readFile(const std::string& path, std::int64_t maxBytes);

/// The first `count` bytes of a file of any size, or all when it is shorter; errors as of readFile().
FOVEA_API Result<std::vector<std::uint8_t>> readFileStart(const std::string& path, std::int64_t count);

/// Refuses a file which Git LFS left in the place of the real one, for readers which open files of any size themselves; other
/// errors as of readFile().
FOVEA_API Result<void> refuseLfsPointer(const std::string& path);

}  // namespace fovea
