#include <algorithm>
#include <cmath>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

/// The two source positions of one target position and the weight of the second.
struct Tap {
    int low = 0;
    int high = 0;
    float weight = 0.0F;
};

std::vector<Tap> nearestTaps(int from, int to) {
    std::vector<Tap> taps(to);
    // Float on purpose: the reference computes the scale so, and the rounding decides which cell is taken.
    const float scale = static_cast<float>(from) / static_cast<float>(to);
    for (int k = 0; k < to; ++k) {
        const int source = std::min(static_cast<int>(std::floor(static_cast<float>(k) * scale)), from - 1);
        taps[k] = {source, source, 0.0F};
    }
    return taps;
}

std::vector<Tap> bilinearTaps(int from, int to, bool alignCorners) {
    std::vector<Tap> taps(to);
    for (int k = 0; k < to; ++k) {
        double source = 0.0;
        if (alignCorners) {
            source = to == 1 ? 0.0 : static_cast<double>(k) * (from - 1) / (to - 1);
        } else {
            source = std::max(0.0, (k + 0.5) * from / to - 0.5);
        }
        const int low = std::min(static_cast<int>(source), from - 1);
        taps[k] = {low, std::min(low + 1, from - 1), static_cast<float>(source - low)};
    }
    return taps;
}

}  // namespace

FeatureMap resize(const FeatureMap& x, int height, int width, Interpolation mode, bool alignCorners) {
    const bool nearest = mode == Interpolation::Nearest;
    const auto rows = nearest ? nearestTaps(x.height(), height) : bilinearTaps(x.height(), height, alignCorners);
    const auto columns = nearest ? nearestTaps(x.width(), width) : bilinearTaps(x.width(), width, alignCorners);
    FeatureMap y(x.channels(), height, width);
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < height; ++i) {
            const float* above = x.row(c) + rows[i].low * x.width();
            const float* below = x.row(c) + rows[i].high * x.width();
            float* out = y.row(c) + i * width;
            for (int j = 0; j < width; ++j) {
                const Tap& t = columns[j];
                const float upper = above[t.low] * (1.0F - t.weight) + above[t.high] * t.weight;
                const float lower = below[t.low] * (1.0F - t.weight) + below[t.high] * t.weight;
                out[j] = upper * (1.0F - rows[i].weight) + lower * rows[i].weight;
            }
        }
    }
    return y;
}

}  // namespace fovea::ops
