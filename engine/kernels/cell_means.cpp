#include "engine/kernels/cell_means.h"

#include <algorithm>
#include <functional>

namespace fovea::kernels {
namespace {

void addPairs(const float* in, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = in[2 * x] + in[2 * x + 1];
    }
}

}  // namespace

void addToSums(const float* row, int count, float* sums) { std::transform(sums, sums + count, row, sums, std::plus<>()); }

// Pairs are quicker to add than runs.
void meansOfCells(float* sums, int count, int cells, float share, float* memory, float* out) {
    for (int length = count; length > cells;) {
        length /= 2;
        addPairs(sums, length, memory);
        std::copy_n(memory, length, sums);
    }
    std::transform(sums, sums + cells, out, [share](float sum) { return sum * share; });
}

}  // namespace fovea::kernels
