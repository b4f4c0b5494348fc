#include <cassert>
#include <utility>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea::ops {

Vector branchMeans(const FeatureMap& x, int branches) {
    const int channels = x.channels() / branches;
    assert(channels * branches == x.channels());
    const Vector means = globalMean(x);
    Vector y(channels, 0.0F);
    for (int k = 0; k < x.channels(); ++k) {
        y[k % channels] += means[k];
    }
    return y;
}

FeatureMap mixBranches(const FeatureMap& x, const Tensor& weights) {
    assert(weights.shape.size() == 2 && static_cast<int>(weights.size()) == x.channels());
    const int channels = weights.dim(1);
    FeatureMap y(channels, x.height(), x.width());
    for (int k = 0; k < x.channels(); ++k) {
        addScaled(y.row(k % channels), x.row(k), static_cast<std::size_t>(x.cells()), weights.values[k]);
    }
    return y;
}

Tensor mixBank(const Vector& weights, const Tensor& bank, Shape shape) {
    Tensor mixed(std::move(shape));
    assert(mixed.size() * weights.size() == bank.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
        addScaled(mixed.values.data(), bank.values.data() + k * mixed.size(), mixed.size(), weights[k]);
    }
    return mixed;
}

}  // namespace fovea::ops
