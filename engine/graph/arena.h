#pragma once

#include <cstddef>
#include <map>

namespace fovea::graph {

/// Gives out places in a block of memory which is to be allocated later; remembers how large it must be.
class Arena {
public:
    /// The offset of `bytes` bytes, a multiple of 64.
    std::size_t take(std::size_t bytes) {
        const std::size_t wanted = rounded(bytes);
        auto best = m_free.end();
        for (auto it = m_free.begin(); it != m_free.end(); ++it) {
            if (it->second >= wanted && (best == m_free.end() || it->second < best->second)) {
                best = it;
            }
        }
        if (best == m_free.end()) {
            // A free block at the end grows instead.
            const auto last = m_free.empty() ? m_free.end() : std::prev(m_free.end());
            const bool atEnd = last != m_free.end() && last->first + last->second == m_end;
            const std::size_t offset = atEnd ? last->first : m_end;
            if (atEnd) {
                m_free.erase(last);
            }
            m_end = offset + wanted;
            return offset;
        }
        const auto [offset, size] = *best;
        m_free.erase(best);
        if (size > wanted) {
            m_free[offset + wanted] = size - wanted;
        }
        return offset;
    }

    void giveBack(std::size_t offset, std::size_t bytes) {
        auto it = m_free.emplace(offset, rounded(bytes)).first;
        const auto next = std::next(it);
        if (next != m_free.end() && it->first + it->second == next->first) {
            it->second += next->second;
            m_free.erase(next);
        }
        if (it != m_free.begin()) {
            const auto before = std::prev(it);
            if (before->first + before->second == it->first) {
                before->second += it->second;
                m_free.erase(it);
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_end; }

private:
    static std::size_t rounded(std::size_t bytes) { return bytes == 0 ? 64 : (bytes + 63) / 64 * 64; }

    std::map<std::size_t, std::size_t> m_free;  ///< offset → size, apart from each other
    std::size_t m_end = 0;
};

}  // namespace fovea::graph
