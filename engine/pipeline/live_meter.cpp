#include "engine/pipeline/live_meter.h"

#include <algorithm>

namespace fovea {
namespace {

constexpr std::size_t kFrames = 120;
constexpr std::chrono::seconds kWindow{2};

double milliseconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// The share-th value of one member over the frames, 0 … 1; 0 without frames.
double quantile(const std::deque<LiveFrame>& frames, double LiveFrame::*member, double share) {
    if (frames.empty()) {
        return 0.0;
    }
    std::vector<double> values;
    values.reserve(frames.size());
    for (const auto& frame : frames) {
        values.push_back(frame.*member);
    }
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Events per second between the first and the last of `count` events which lie `span` apart, measured until now at the latest: a
/// source which has fallen silent slows down to 0.
double rate(double count, std::chrono::steady_clock::duration span) {
    const double s = std::chrono::duration<double>(span).count();
    return s > 0.0 ? count / s : 0.0;
}

}  // namespace

void LiveMeter::restart() { *this = LiveMeter(); }

void LiveMeter::arrived(std::uint64_t read, std::uint64_t skipped, Time now) {
    m_skipped = skipped;
    m_arrivals.push_back({now, read});
    while (m_arrivals.size() > 2 && now - m_arrivals[1].time > kWindow) {
        m_arrivals.pop_front();
    }
}

void LiveMeter::painted(LiveFrame frame, Time now) {
    frame.interval = m_paints.empty() ? 0.0 : milliseconds(now - m_paints.back());
    if (m_paintCount++ == 0) {
        m_firstSequence = frame.sequence;
    }
    m_paints.push_back(now);
    while (m_paints.size() > 2 && now - m_paints[1] > kWindow) {
        m_paints.pop_front();
    }
    m_frames.push_back(frame);
    if (m_frames.size() > kFrames) {
        m_frames.pop_front();
    }
}

LiveStats LiveMeter::stats(Time now) const {
    LiveStats stats;
    stats.valid = !m_arrivals.empty();
    if (!stats.valid) {
        return stats;
    }
    const auto until = [now](Time last) { return std::max(last, now - std::chrono::milliseconds(500)); };
    const auto& firstArrival = m_arrivals.front();
    const auto& lastArrival = m_arrivals.back();
    stats.framesPerSecond =
        rate(static_cast<double>(lastArrival.read - firstArrival.read), until(lastArrival.time) - firstArrival.time);
    if (m_paints.size() > 1) {
        stats.overlaysPerSecond = rate(static_cast<double>(m_paints.size() - 1), until(m_paints.back()) - m_paints.front());
    }
    stats.latencyMedian = quantile(m_frames, &LiveFrame::latency, 0.5);
    stats.latencyP95 = quantile(m_frames, &LiveFrame::latency, 0.95);
    stats.features = quantile(m_frames, &LiveFrame::features, 0.5);
    stats.module = quantile(m_frames, &LiveFrame::module, 0.5);
    stats.render = quantile(m_frames, &LiveFrame::render, 0.5);
    if (!m_frames.empty()) {
        stats.dropped = m_frames.back().sequence - m_firstSequence + 1 - m_paintCount;
    }
    stats.dropped += m_skipped;
    stats.recent.assign(m_frames.begin(), m_frames.end());
    return stats;
}

}  // namespace fovea
