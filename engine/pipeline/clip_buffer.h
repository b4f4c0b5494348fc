#pragma once

#include <memory>

#include "engine/api.h"
#include "engine/pipeline/clip.h"

namespace fovea {

/// The newest frames of one source with their features, at most `capacity` of them. Not thread-safe; snapshots are immutable.
class FOVEA_API ClipBuffer {
public:
    explicit ClipBuffer(int capacity);

    /// Most frames held, at least 1; the oldest leave when it shrinks. Returns whether it changed.
    bool setCapacity(int capacity);
    [[nodiscard]] int capacity() const noexcept { return m_capacity; }

    /// Takes a frame which follows the newest one: of the same source, later, and with features of the same shape. Any other
    /// frame begins a new clip, and the newest one itself is not taken twice. What was passed over in between is no reason to
    /// begin anew: the timestamps tell.
    void push(const Frame& frame, std::shared_ptr<const Features> features);
    void clear();

    [[nodiscard]] int size() const noexcept { return static_cast<int>(m_clip->size()); }
    [[nodiscard]] bool full() const noexcept { return size() == m_capacity; }
    /// The frames, oldest first; the same pointer until the buffer changes.
    [[nodiscard]] std::shared_ptr<const Clip> snapshot() const noexcept { return m_clip; }

private:
    int m_capacity;
    std::shared_ptr<const Clip> m_clip = std::make_shared<const Clip>();
};

/// Whether two frames are one and the same delivery of a picture.
FOVEA_API bool sameFrame(const Frame& a, const Frame& b) noexcept;

}  // namespace fovea
