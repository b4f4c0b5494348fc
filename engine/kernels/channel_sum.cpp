#include "engine/kernels/channel_sum.h"

#include <algorithm>
#include <vector>

namespace fovea::ops {

FeatureMap channelSum(const FeatureMap& x, const float* weights) {
    std::vector<double> sums(static_cast<std::size_t>(x.cells()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        const float* values = x.row(c);
        const double w = weights[c];
        for (std::size_t n = 0; n < sums.size(); ++n) {
            sums[n] += w * static_cast<double>(values[n]);
        }
    }
    FeatureMap map(1, x.height(), x.width());
    std::transform(sums.begin(), sums.end(), map.data(), [](double sum) { return static_cast<float>(sum); });
    return map;
}

}  // namespace fovea::ops
