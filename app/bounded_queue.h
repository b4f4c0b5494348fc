#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace fovea {

/// Values from one thread to another, a limited number at a time; any thread.
template <class T>
class BoundedQueue final {
public:
    explicit BoundedQueue(std::size_t capacity) : m_capacity(capacity) {}

    /// Waits for room; false when the queue was closed.
    bool push(T value) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closed || m_values.size() < m_capacity; });
        return add(std::move(value));
    }
    /// False when there is no room now, or when the queue was closed.
    bool tryPush(T value) {
        const std::lock_guard lock(m_mutex);
        return m_values.size() < m_capacity && add(std::move(value));
    }
    /// Waits for a value; nothing when the queue was closed and is empty.
    std::optional<T> pop() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closed || !m_values.empty(); });
        if (m_values.empty()) {
            return std::nullopt;
        }
        std::optional<T> value(std::move(m_values.front()));
        m_values.pop_front();
        m_changed.notify_all();
        return value;
    }
    /// Takes no more values; those inside can still be had.
    void close() {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_changed.notify_all();
    }
    /// Closes, and forgets what is inside; returns how many values that were.
    std::size_t abort() {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_changed.notify_all();
        return std::exchange(m_values, {}).size();
    }

private:
    bool add(T&& value) {
        if (m_closed) {
            return false;
        }
        m_values.push_back(std::move(value));
        m_changed.notify_all();
        return true;
    }

    const std::size_t m_capacity;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<T> m_values;
    bool m_closed = false;
};

}  // namespace fovea
