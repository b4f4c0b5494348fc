#include "tests/support/loop_gaps.h"

#include <algorithm>

namespace fovea::test {

LoopGaps::LoopGaps() : m_last(std::chrono::steady_clock::now()) {
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
        const auto now = std::chrono::steady_clock::now();
        m_gaps.push_back(std::chrono::duration<double, std::milli>(now - m_last).count());
        m_last = now;
    });
    m_timer.start(5);
}

double LoopGaps::p99() {
    if (m_gaps.empty()) {
        return 0.0;
    }
    std::sort(m_gaps.begin(), m_gaps.end());
    const double value = m_gaps[m_gaps.size() * 99 / 100];
    m_gaps.clear();
    return value;
}

}  // namespace fovea::test
