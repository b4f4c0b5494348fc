#pragma once

#include "engine/api.h"

/// Means over square cells of a plane which arrives row by row.
namespace fovea::kernels {

/// sums += row, `count` values.
FOVEA_API void addToSums(const float* row, int count, float* sums);
/// out[k] = share · the sum of cell k, which is a run of 2^n of `count` sums; count is 2^n·cells. `sums` and `memory`, of `count`
/// values each, are overwritten.
FOVEA_API void meansOfCells(float* sums, int count, int cells, float share, float* memory, float* out);

}  // namespace fovea::kernels
