#include <cstdint>
#include <cstdlib>

#include "engine/tensor/safetensors.h"

/// Whatever is accepted must be consistent, and must survive being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = fovea::parseSafetensors(data, size, "fuzz");
    if (!file) {
        return 0;
    }
    for (const auto& [name, tensor] : file->tensors) {
        if (tensor.size() != fovea::Tensor::count(tensor.shape)) {
            std::abort();
        }
    }
    const std::string bytes = fovea::safetensorsBytes(*file);
    const auto again = fovea::parseSafetensors(bytes.data(), bytes.size(), "again");
    if (!again || again->tensors.size() != file->tensors.size() || again->metadata != file->metadata) {
        std::abort();
    }
    return 0;
}
