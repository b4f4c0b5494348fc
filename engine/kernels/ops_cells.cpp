#include <algorithm>
#include <cassert>

#include "engine/kernels/ops.h"

namespace fovea::ops {

FeatureMap gatherCells(const FeatureMap& x, const std::vector<int>& cells, int height, int width) {
    FeatureMap y(x.channels(), height, width);
    assert(static_cast<int>(cells.size()) == y.cells());
    for (int c = 0; c < x.channels(); ++c) {
        const float* from = x.row(c);
        std::transform(cells.begin(), cells.end(), y.row(c), [from](int cell) { return cell < 0 ? 0.0F : from[cell]; });
    }
    return y;
}

FeatureMap channelSlice(const FeatureMap& x, int first, int count) {
    assert(first >= 0 && count >= 1 && first + count <= x.channels());
    FeatureMap y(count, x.height(), x.width());
    std::copy_n(x.row(first), y.size(), y.data());
    return y;
}

}  // namespace fovea::ops
