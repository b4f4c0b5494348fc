#pragma once

#include <cstddef>

#include "engine/api.h"

/// Means and other summaries of weights, by pointers and extents. Matrices are row-major.
namespace fovea::ops {

/// sums[k] += values[k] / parts: the mean of `parts` rows, when all of them have been added.
FOVEA_API void addShare(float* sums, const float* values, std::size_t count, int parts);
/// Adds values[k] to sums[k] and 1 to counts[k], unless values[k] is NaN.
FOVEA_API void addNumbers(double* sums, int* counts, const float* values, std::size_t count);
/// means[k] = sums[k] / counts[k], NaN where nothing was counted.
FOVEA_API void meansOfNumbers(const double* sums, const int* counts, std::size_t count, float* means);
/// kept[k] becomes the larger, or the smaller, of kept[k] and values[k].
FOVEA_API void keepLarger(float* kept, const float* values, std::size_t count);
FOVEA_API void keepSmaller(float* kept, const float* values, std::size_t count);
/// means [rows] of the rows, or [columns] of the columns, of a matrix.
FOVEA_API void meansOfRows(const float* matrix, int rows, int columns, float* means);
FOVEA_API void meansOfColumns(const float* matrix, int rows, int columns, float* means);

}  // namespace fovea::ops
