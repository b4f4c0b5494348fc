#include "engine/models/model_id.h"

#include <atomic>

namespace fovea {

ModelId newModelId() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return {++last};
}

}  // namespace fovea
