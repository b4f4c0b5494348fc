#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/result.h"

namespace fovea {

/// One tensor as the header of a safetensors file declares it; nothing about it has been checked against the data.
struct SafetensorsEntry {
    std::string name;
    std::string dtype = {};
    std::vector<std::uint64_t> shape = {};
    std::uint64_t begin = 0;  ///< offsets count from the end of the header
    std::uint64_t end = 0;
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries;
    std::map<std::string, std::string> metadata;
};

/// Reads the JSON of a header strictly: wrong nesting, unknown or repeated keys and negative numbers are an error as soon as they
/// appear, so that memory stays in proportion to the text.
Result<SafetensorsHeader> parseSafetensorsHeader(const char* text, std::size_t size, const std::string& name);

}  // namespace fovea
