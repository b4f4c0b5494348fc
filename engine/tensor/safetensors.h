#pragma once

#include <map>
#include <string>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// The contents of a safetensors file; F16, BF16, F64 and integer tensors are converted to float32 on reading.
struct SafetensorsFile {
    std::map<std::string, Tensor> tensors;
    std::map<std::string, std::string> metadata;
};

/// Reads a file. Header length, offsets (inside the file, no overlap, no gap beyond), shapes (64-bit products), dtypes and
/// duplicate names are checked before anything is allocated; every error is one sentence with the file's name.
FOVEA_API Result<SafetensorsFile> readSafetensors(const std::string& path);
/// The same from memory; `name` is used in messages.
FOVEA_API Result<SafetensorsFile> parseSafetensors(const void* bytes, std::size_t size, const std::string& name);

/// The bytes of a file: header padded with spaces so that the data starts at a multiple of 8, tensors in the order of their
/// names.
FOVEA_API std::string safetensorsBytes(const SafetensorsFile& file);

}  // namespace fovea
