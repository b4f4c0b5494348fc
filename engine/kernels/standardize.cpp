#include "engine/kernels/standardize.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace fovea::ops {

void normalizeChannels(FeatureMap& x, double least) {
    using Row = Eigen::Map<Eigen::ArrayXf>;
    Eigen::ArrayXd total = Eigen::ArrayXd::Constant(x.cells(), least);
    for (int c = 0; c < x.channels(); ++c) {
        total += Row(x.row(c), x.cells()).cast<double>();
    }
    const Eigen::ArrayXf factor = total.inverse().cast<float>();
    for (int c = 0; c < x.channels(); ++c) {
        Row(x.row(c), x.cells()) *= factor;
    }
}

FeatureMap squaredDistances(const FeatureMap& x, const Vector& centres, const Vector& divisors, float term) {
    assert(static_cast<int>(centres.size()) == x.channels() && centres.size() == divisors.size());
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) {
        const float centre = centres[static_cast<std::size_t>(c)];
        const float divisor = divisors[static_cast<std::size_t>(c)];
        std::transform(x.row(c), x.row(c) + x.cells(), y.row(c), [=](float v) {
            const float d = v - centre;
            return d * d / divisor + term;
        });
    }
    return y;
}

FeatureMap standardizedGroups(const FeatureMap& x, const Vector& weights, int groups, double epsilon) {
    assert(static_cast<int>(weights.size()) == x.channels() && x.channels() % groups == 0);
    const int size = x.channels() / groups;
    FeatureMap u(groups, x.height(), x.width());
    std::vector<double> t(static_cast<std::size_t>(x.cells()));
    for (int g = 0; g < groups; ++g) {
        std::fill(t.begin(), t.end(), 0.0);
        for (int c = g * size; c < (g + 1) * size; ++c) {
            const double weight = weights[static_cast<std::size_t>(c)];
            std::transform(t.begin(), t.end(), x.row(c), t.begin(), [weight](double sum, float v) { return sum + weight * v; });
        }
        double mean = 0.0;
        for (const double v : t) {
            mean += v;
        }
        mean /= static_cast<double>(t.size());
        double squares = 0.0;
        for (const double v : t) {
            squares += (v - mean) * (v - mean);
        }
        const double divisor = std::sqrt(squares / (static_cast<double>(t.size()) - 1.0)) + epsilon;
        std::transform(t.begin(), t.end(), u.row(g), [=](double v) { return static_cast<float>((v - mean) / divisor); });
    }
    return u;
}

void normalize(const float* x, std::size_t count, const NormalizedChannel& channel, float* out) noexcept {
    std::transform(x, x + count, out, [channel](float v) {
        return static_cast<float>(channel.gain * ((v - channel.mean) * channel.scale + channel.shift) + channel.bias);
    });
}

}  // namespace fovea::ops
