#include "engine/pipeline/auto_size.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Passes at one size before it is judged; the first of them makes instances and warms caches, and the median passes over it.
constexpr std::size_t kPasses = 5;
constexpr int kStep = 32;

}  // namespace

void AutoSize::restart(int wantedSide) {
    m_wanted = wantedSide;
    m_side = wantedSide;
    m_times.clear();
}

bool AutoSize::add(double milliseconds) {
    m_times.push_back(milliseconds);
    if (m_times.size() < kPasses) {
        return false;
    }
    const auto middle = m_times.begin() + kPasses / 2;
    std::nth_element(m_times.begin(), middle, m_times.end());
    const double median = *middle;
    m_times.clear();
    if (median <= kBudget || m_side <= kLeastSide) {
        return false;
    }
    // Most work grows with the area; what grows faster is met again after the next passes.
    const double estimate = m_side * std::sqrt(kBudget / median);
    const int stepped = static_cast<int>(estimate) / kStep * kStep;
    m_side = std::clamp(stepped, kLeastSide, std::max(kLeastSide, m_side - kStep));
    return true;
}

}  // namespace fovea
