#pragma once

#include <cstddef>
#include <vector>

#include "engine/api.h"

/// Many values in few numbers.
namespace fovea::kernels {

/// The least and the largest of values.
struct Ends {
    float lo = 0.0F;
    float hi = 0.0F;
};

/// The least and the largest of the finite values; {0, 0} when no value is finite.
FOVEA_API Ends finiteEnds(const float* values, std::size_t count) noexcept;
/// The values which are not NaN, or their magnitudes.
FOVEA_API std::vector<float> presentValues(const float* values, std::size_t count, bool magnitudes);
/// [bins]: of each of `bins` runs of nearly equal length the value of the largest magnitude. `count` is at least `bins`.
FOVEA_API std::vector<float> largestOfRuns(const float* values, std::size_t count, std::size_t bins);
/// [bins]: how many of the finite values lie in each of `bins` equal parts of the range; values outside count at its ends, and
/// all count in the first part where the range is empty.
FOVEA_API std::vector<int> histogram(const float* values, std::size_t count, Ends range, int bins);
/// [cells]: mean |value| over the channels; `values` holds channels·cells, one channel after the other.
FOVEA_API std::vector<float> meanMagnitudes(const float* values, std::size_t channels, std::size_t cells);

}  // namespace fovea::kernels
