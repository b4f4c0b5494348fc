#include "engine/kernels/elementwise.h"

#include <algorithm>
#include <cassert>
#include <functional>

namespace fovea::ops {

void add(FeatureMap& x, const FeatureMap& term) {
    assert(x.size() == term.size());
    std::transform(x.data(), x.data() + x.size(), term.data(), x.data(), std::plus<>());
}

}  // namespace fovea::ops
