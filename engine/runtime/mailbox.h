#pragma once

#include <mutex>
#include <optional>
#include <utility>

namespace fovea {

/// One slot, newest wins. Any thread may put, any thread may take; nobody waits.
template <class T>
class Mailbox {
public:
    /// Replaces what lies in the slot. True when the slot was empty: only then must the reader be woken.
    bool put(T value) {
        std::optional<T> old(std::move(value));
        const std::scoped_lock lock(m_mutex);
        m_slot.swap(old);
        return !old.has_value();  // the old value dies after the lock is released
    }
    /// Takes the newest value out, or nothing.
    std::optional<T> take() {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_slot, std::nullopt);
    }

    /// Whether something lies in the slot now.
    [[nodiscard]] bool waiting() const {
        const std::scoped_lock lock(m_mutex);
        return m_slot.has_value();
    }

private:
    mutable std::mutex m_mutex;
    std::optional<T> m_slot;
};

}  // namespace fovea
