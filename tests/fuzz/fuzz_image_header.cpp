#include <cstdint>
#include <cstdlib>

#include "engine/source/image_header.h"

/// Headers of all formats and the walks through PNG chunks, WebP chunks and TIFF directories.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> bytes(data, data + size);
    auto detail = fovea::inspectImage(bytes, "fuzz");
    if (!detail) {
        return 0;
    }
    const auto& header = detail->header;
    if (header.width < 1 || header.height < 1 || header.format.empty() || detail->orientation < 1 || detail->orientation > 8) {
        std::abort();
    }
    if (header.width <= fovea::kMaxImagePixels / header.height) {
        static_cast<void>(fovea::inspectBody(bytes, "fuzz", *detail).ok());
    }
    return 0;
}
