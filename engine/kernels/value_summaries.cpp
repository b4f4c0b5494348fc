#include "engine/kernels/value_summaries.h"

#include <algorithm>
#include <cmath>

namespace fovea::kernels {

Ends finiteEnds(const float* values, std::size_t count) noexcept {
    Ends out;
    bool any = false;
    for (std::size_t k = 0; k < count; ++k) {
        if (std::isfinite(values[k])) {
            out.lo = any ? std::min(out.lo, values[k]) : values[k];
            out.hi = any ? std::max(out.hi, values[k]) : values[k];
            any = true;
        }
    }
    return out;
}

std::vector<float> presentValues(const float* values, std::size_t count, bool magnitudes) {
    std::vector<float> present;
    present.reserve(count);
    for (std::size_t k = 0; k < count; ++k) {
        if (!std::isnan(values[k])) {
            present.push_back(magnitudes ? std::abs(values[k]) : values[k]);
        }
    }
    return present;
}

std::vector<float> largestOfRuns(const float* values, std::size_t count, std::size_t bins) {
    std::vector<float> out(bins);
    for (std::size_t b = 0; b < bins; ++b) {
        const float* first = values + b * count / bins;
        const float* last = values + (b + 1) * count / bins;
        out[b] = *std::max_element(first, last, [](float a, float c) { return std::abs(a) < std::abs(c); });
    }
    return out;
}

std::vector<int> histogram(const float* values, std::size_t count, Ends range, int bins) {
    std::vector<int> out(static_cast<std::size_t>(bins), 0);
    const double span = static_cast<double>(range.hi) - range.lo;
    for (std::size_t k = 0; k < count; ++k) {
        if (std::isfinite(values[k])) {
            const double place = span > 0.0 ? (static_cast<double>(values[k]) - range.lo) / span * bins : 0.0;
            ++out[static_cast<std::size_t>(std::clamp(static_cast<int>(place), 0, bins - 1))];
        }
    }
    return out;
}

std::vector<float> meanMagnitudes(const float* values, std::size_t channels, std::size_t cells) {
    std::vector<double> sums(cells, 0.0);
    for (std::size_t c = 0; c < channels; ++c) {
        const float* row = values + c * cells;
        for (std::size_t n = 0; n < cells; ++n) {
            sums[n] += std::abs(row[n]);
        }
    }
    std::vector<float> out(cells);
    const auto divisor = static_cast<double>(channels);
    std::transform(sums.begin(), sums.end(), out.begin(), [divisor](double sum) { return static_cast<float>(sum / divisor); });
    return out;
}

}  // namespace fovea::kernels
