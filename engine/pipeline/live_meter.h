#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "engine/api.h"
#include "engine/pipeline/live_stats.h"

namespace fovea {

/// Gathers what arrives and what is painted into LiveStats. A value; the caller brings the clock.
class FOVEA_API LiveMeter final {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Forgets everything: another source, or it runs again after a pause.
    void restart();
    /// How many frames the source has read since it was opened, and how many of them nobody was given because the reader was
    /// late.
    void arrived(std::uint64_t read, std::uint64_t skipped, Time now);
    /// An overlay was painted; `frame.interval` is filled in here.
    void painted(LiveFrame frame, Time now);
    /// Rates over the last two seconds, medians over the last 120 overlays.
    [[nodiscard]] LiveStats stats(Time now) const;

private:
    struct Arrival {
        Time time;
        std::uint64_t read = 0;
    };
    std::deque<Arrival> m_arrivals;
    std::deque<Time> m_paints;
    std::deque<LiveFrame> m_frames;
    std::uint64_t m_skipped = 0;
    std::uint64_t m_firstSequence = 0;  ///< of the first painted overlay
    std::uint64_t m_paintCount = 0;
};

}  // namespace fovea
