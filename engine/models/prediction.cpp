#include "engine/models/prediction.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "engine/kernels/channel_sum.h"

namespace fovea {

std::vector<double> classProbabilities(const Prediction& prediction) {
    std::vector<double> shares(prediction.logits.begin(), prediction.logits.end());
    if (shares.empty()) {
        return shares;
    }
    const double largest = *std::max_element(shares.begin(), shares.end());
    std::transform(shares.begin(), shares.end(), shares.begin(), [largest](double logit) { return std::exp(logit - largest); });
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::transform(shares.begin(), shares.end(), shares.begin(), [sum](double share) { return share / sum; });
    return shares;
}

std::vector<Guess> topGuesses(const Prediction& prediction, std::size_t count) {
    const auto shares = classProbabilities(prediction);
    std::vector<int> order(shares.size());
    std::iota(order.begin(), order.end(), 0);
    count = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), [&shares](int a, int b) {
        return shares[static_cast<std::size_t>(a)] != shares[static_cast<std::size_t>(b)]
                   ? shares[static_cast<std::size_t>(a)] > shares[static_cast<std::size_t>(b)]
                   : a < b;
    });
    std::vector<Guess> guesses;
    for (std::size_t k = 0; k < count; ++k) {
        guesses.push_back({order[k], shares[static_cast<std::size_t>(order[k])]});
    }
    return guesses;
}

FeatureMap classActivation(const Prediction& prediction, int index) {
    assert(prediction.explains());
    const LinearLayer& layer = *prediction.linear;
    const int row = std::clamp(index, 0, layer.classes - 1);
    return ops::channelSum(prediction.features,
                           layer.weight.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(layer.channels));
}

}  // namespace fovea
