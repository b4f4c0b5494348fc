#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace fovea {

/// Which of several jobs of minor importance to do beside a stream of important ones: in turn, each only if it is quick, and all
/// together in no more than a tenth of the time. A job whose time is not known is tried once.
class SpareTime final {
public:
    using Clock = std::chrono::steady_clock;
    /// What a job may take to be done again.
    static constexpr std::chrono::milliseconds kQuick{12};

    void restart() { *this = SpareTime(); }

    /// The job to do now, of `count`; nothing when it is too early or none is quick.
    std::optional<std::size_t> next(std::size_t count, Clock::time_point now) {
        m_times.resize(count, Clock::duration::zero());
        if (now < m_notBefore) {
            return std::nullopt;
        }
        for (std::size_t tried = 0; tried < count; ++tried) {
            m_turn = (m_turn + 1) % count;
            if (m_times[m_turn] <= kQuick) {
                return m_turn;
            }
        }
        return std::nullopt;
    }
    void took(std::size_t job, Clock::time_point start, Clock::time_point end) {
        m_times[job] = end - start;
        m_notBefore = end + 9 * (end - start);
    }

private:
    std::vector<Clock::duration> m_times;  ///< zero: not known
    std::size_t m_turn = 0;
    Clock::time_point m_notBefore;
};

}  // namespace fovea
