#pragma once

#include <cstdint>

#include "engine/api.h"

namespace fovea {

/// Tells models apart. How pictures enter a model does not change its id. The Retina has the number 0.
struct ModelId {
    std::uint64_t number = 0;
    friend auto operator<=>(const ModelId&, const ModelId&) = default;
};

/// An id which no other model of this process has. Any thread.
FOVEA_API ModelId newModelId() noexcept;

}  // namespace fovea
