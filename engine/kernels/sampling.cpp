#include "engine/kernels/sampling.h"

#include <algorithm>
#include <cassert>

namespace fovea::ops {
namespace {

/// The part of a block which lies inside the map, as half-open ranges.
struct Part {
    int top = 0, bottom = 0, left = 0, right = 0;
};

double partSum(const float* plane, int width, const Part& part) {
    double total = 0.0;
    for (int i = part.top; i < part.bottom; ++i) {
        const float* row = plane + i * width;
        for (int j = part.left; j < part.right; ++j) {
            total += row[j];
        }
    }
    return total;
}

}  // namespace

FeatureMap sampleTaps(const FeatureMap& x, const std::vector<FourTaps>& taps, int height, int width) {
    FeatureMap y(x.channels(), height, width);
    assert(static_cast<int>(taps.size()) == y.cells());
    for (int c = 0; c < x.channels(); ++c) {
        const float* row = x.row(c);
        std::transform(taps.begin(), taps.end(), y.row(c), [row](const FourTaps& t) {
            return t.weights[0] * row[t.cells[0]] + t.weights[1] * row[t.cells[1]] + t.weights[2] * row[t.cells[2]] +
                   t.weights[3] * row[t.cells[3]];
        });
    }
    return y;
}

void blockMeans(const FeatureMap& x, int left, int top, int side, int count, float* out) {
    assert(count >= 1 && side % count == 0);
    const int block = side / count;
    const double area = static_cast<double>(block) * block;
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < count; ++i) {
            const int rowsBegin = std::max(0, top + i * block), rowsEnd = std::min(x.height(), top + (i + 1) * block);
            for (int j = 0; j < count; ++j) {
                const Part part{rowsBegin, rowsEnd, std::max(0, left + j * block), std::min(x.width(), left + (j + 1) * block)};
                *out++ = static_cast<float>(partSum(x.row(c), x.width(), part) / area);
            }
        }
    }
}

}  // namespace fovea::ops
