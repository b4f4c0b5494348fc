#include "engine/kernels/window_attention.h"

#include <Eigen/Core>
#include <atomic>
#include <cassert>
#include <cmath>

#include "engine/kernels/ops.h"
#include "engine/kernels/parallel.h"

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Part = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using ConstPart = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

constexpr float kMask = -100.0F;

/// Adds the relative position bias of one head to the tokens×tokens logits, and then the mask of one window.
void addTerms(float* logits, const WindowTerms& terms, int window, int heads, int head) {
    const int side = terms.side;
    const int tokens = side * side;
    const int offsets = 2 * side - 1;
    const int* regions = terms.regions->empty() ? nullptr : terms.regions->data() + static_cast<std::ptrdiff_t>(window) * tokens;
    for (int p = 0; p < tokens; ++p) {
        for (int i = 0; i < side; ++i) {
            const int dy = p / side - i + side - 1;
            const float* table = terms.bias->values.data() + head + static_cast<std::ptrdiff_t>(dy * offsets) * heads;
            for (int j = 0; j < side; ++j, ++logits) {
                *logits += table[(p % side - j + side - 1) * heads];
                *logits += regions != nullptr && regions[p] != regions[i * side + j] ? kMask : 0.0F;
            }
        }
    }
}

/// Weights and gathered values of one head in one window.
void attendWindow(const FeatureMap& qkv, const WindowTerms& terms, int window, int heads, int head, float* matrix,
                  FeatureMap& gathered) {
    const int tokens = gathered.width();
    const int depth = gathered.channels() / heads;
    const auto part = [&](int which) {
        return ConstPart(qkv.row(which * gathered.channels() + head * depth) + window * tokens, depth, tokens,
                         Eigen::OuterStride<>(qkv.cells()));
    };
    Eigen::Map<Matrix> weights(matrix, tokens, tokens);
    weights.noalias() = (static_cast<float>(1.0 / std::sqrt(double{1} * depth)) * part(0)).transpose() * part(1);
    addTerms(matrix, terms, window, heads, head);
    softmax(matrix, static_cast<std::size_t>(weights.size()), static_cast<std::size_t>(tokens));
    Part(gathered.row(head * depth) + window * tokens, depth, tokens, Eigen::OuterStride<>(gathered.cells())).noalias() =
        part(2) * weights.transpose();
}

}  // namespace

bool attendWindows(const FeatureMap& qkv, int heads, const WindowTerms& terms, const std::stop_token& stop, float* weights,
                   FeatureMap& gathered) {
    const int tokens = gathered.width();
    assert(tokens == terms.side * terms.side && qkv.channels() == 3 * gathered.channels() && qkv.cells() == gathered.cells());
    const auto matrixSize = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(tokens);
    std::atomic<bool> stopped = false;
    parallelFor(gathered.height(), [&](int first, int last) {
        for (int w = first; w < last && !(stopped = stopped || stop.stop_requested()); ++w) {
            for (int h = 0; h < heads; ++h) {
                float* matrix = weights + static_cast<std::size_t>(w * heads + h) * matrixSize;
                attendWindow(qkv, terms, w, heads, h, matrix, gathered);
            }
        }
    });
    return !stopped;
}

}  // namespace fovea::ops
