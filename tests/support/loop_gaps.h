#pragma once

#include <QTimer>

#include <chrono>
#include <vector>

namespace fovea::test {

/// Measures how long the event loop of this thread makes others wait, from its construction on.
class LoopGaps final {
public:
    LoopGaps();
    /// Turns of the loop since the last call of p99().
    [[nodiscard]] std::size_t count() const { return m_gaps.size(); }
    /// Milliseconds which 99 of 100 gaps stay under, since the last call; 0 without any.
    double p99();

private:
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_last;
    std::vector<double> m_gaps;
};

}  // namespace fovea::test
