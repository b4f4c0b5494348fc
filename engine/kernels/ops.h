#pragma once

#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"
#include "engine/tensor/tensor.h"

/// Inference operators on feature maps and vectors, as the references define them. Shapes are checked by the callers
/// (weights against WeightSpec); a mismatch here is a programming error and asserts. Sums run in double where cancellation
/// matters.
namespace fovea::ops {

using Vector = std::vector<float>;

// ---- pooling
/// [C]: mean over positions.
FOVEA_API Vector globalMean(const FeatureMap& x);
/// [C]: maximum over positions.
FOVEA_API Vector globalMax(const FeatureMap& x);
/// [C]: variance over positions; `unbiased` divides by N−1 (NaN for N = 1, as the references give).
FOVEA_API Vector globalVariance(const FeatureMap& x, bool unbiased);
/// C×H×1: mean over width. C×1×W: mean over height.
FOVEA_API FeatureMap meanOverWidth(const FeatureMap& x);
FOVEA_API FeatureMap meanOverHeight(const FeatureMap& x);
/// C×H×1: maximum over width. C×1×W: maximum over height.
FOVEA_API FeatureMap maxOverWidth(const FeatureMap& x);
FOVEA_API FeatureMap maxOverHeight(const FeatureMap& x);
/// 1×H×W: mean, maximum over channels.
FOVEA_API FeatureMap channelMean(const FeatureMap& x);
FOVEA_API FeatureMap channelMax(const FeatureMap& x);
/// k×k pooling; maximum pads with −∞; the mean counts only `countPadding ? all : real` cells; sizes are floored.
FOVEA_API FeatureMap maxPool(const FeatureMap& x, int kernel, int stride, int padding);
FOVEA_API FeatureMap meanPool(const FeatureMap& x, int kernel, int stride, int padding, bool countPadding = true);
/// Bin k covers floor(k·L/n) … ceil((k+1)·L/n)−1.
FOVEA_API FeatureMap adaptiveMeanPool(const FeatureMap& x, int height, int width);
/// C×C, row-major: covariance of the channels over the positions, divided by N.
FOVEA_API std::vector<double> covariance(const FeatureMap& x);

// ---- linear and convolution
/// y = W·x + b; W is [out×in], `bias` [out] or empty.
FOVEA_API Vector linear(const Vector& x, const Tensor& weight, const Tensor& bias);
struct ConvOptions {
    int stride = 1;
    int padH = 0;
    int padW = 0;
    int dilation = 1;
    int groups = 1;
};
/// Cross-correlation, weight [out, in/groups, kh, kw] (a 2-D weight [out, in] counts as 1×1), bias [out] or empty.
FOVEA_API FeatureMap conv2d(const FeatureMap& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options = {});
/// W·x [maskHeight·maskWidth] at every position is a mask laid around it; its cells become row p of an N×N matrix, at the
/// neighbours q they lie on (0 elsewhere), or column p when `transposed`. Gives N×H×W: row, position.
FOVEA_API FeatureMap scatterMasks(const FeatureMap& x, const Tensor& weight, int maskHeight, int maskWidth, bool transposed);
/// 1-D cross-correlation over a vector with zero padding (k−1)/2 and stride 1; weight holds k values.
FOVEA_API Vector conv1d(const Vector& x, const Tensor& weight);

// ---- normalisation
/// Inference batch norm per channel, in place: (x − mean)/√(var + eps)·weight + bias.
FOVEA_API void batchNorm(FeatureMap& x, const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var,
                         float eps = 1e-5F);
/// Layer norm over a whole vector, in place; biased variance.
FOVEA_API void layerNorm(Vector& x, const Tensor& weight, const Tensor& bias, float eps = 1e-5F);
/// Layer norm over the channels of every position, in place; biased variance.
FOVEA_API void layerNormChannels(FeatureMap& x, const Tensor& weight, const Tensor& bias, float eps);

// ---- softmax and activations
/// In place over consecutive runs of `length` values; subtracts the maximum.
FOVEA_API void softmax(float* values, std::size_t count, std::size_t length);
/// In place along one axis of a tensor.
FOVEA_API void softmax(Tensor& x, std::size_t axis);
/// In place, C×H×W: every channel over its positions; every position over its channels.
FOVEA_API void softmaxCells(FeatureMap& x);
FOVEA_API void softmaxChannels(FeatureMap& x);
FOVEA_API float hardSwish(float x) noexcept;  ///< x·relu6(x+3)/6
FOVEA_API void sigmoidInPlace(float* values, std::size_t count) noexcept;
FOVEA_API void reluInPlace(float* values, std::size_t count) noexcept;

// ---- gates
/// x[c,·] · gate[c].
FOVEA_API FeatureMap scaleChannels(const FeatureMap& x, const Vector& gate);
/// x[·,n] · gate[n], gate 1×H×W.
FOVEA_API FeatureMap scalePositions(const FeatureMap& x, const FeatureMap& gate);

// ---- branches
/// [C]: Σ_b of the mean over positions of channel b·C + c; x holds `branches` runs of C channels.
FOVEA_API Vector branchMeans(const FeatureMap& x, int branches);
/// C×H×W: Σ_b weights[b,c] · x[b·C + c]; weights [B×C].
FOVEA_API FeatureMap mixBranches(const FeatureMap& x, const Tensor& weights);
/// Σ_k weights[k] · bank[k, …], of the shape `shape`, which has as many values as one entry of the bank.
FOVEA_API Tensor mixBank(const Vector& weights, const Tensor& bank, Shape shape);

// ---- resize
enum class Interpolation { Nearest, Bilinear };
/// PyTorch's rules: nearest takes floor(k·Lin/Lout); bilinear as alignCorners says (see MODULES' conventions in
/// tests/golden/README.md).
FOVEA_API FeatureMap resize(const FeatureMap& x, int height, int width, Interpolation mode, bool alignCorners = false);

// ---- clips
/// T frames of C×H×W as one map of C×(T·H)×W: the positions are in the order t, h, w.
FOVEA_API FeatureMap joinFrames(const std::vector<const FeatureMap*>& frames);
/// The T frames of such a map.
FOVEA_API std::vector<FeatureMap> splitFrames(const FeatureMap& joined, int frames);
/// C×1×T: mean over the positions of each frame.
FOVEA_API FeatureMap frameMeans(const std::vector<const FeatureMap*>& frames);
/// (H·W)×1×C: channels and positions exchanged.
FOVEA_API FeatureMap channelsToCells(const FeatureMap& x);
/// The H·W = rows·columns cells of every channel, row-major, as columns × rows: (t, n) becomes (n, t). Gives C×columns×rows.
FOVEA_API FeatureMap transposeCells(const FeatureMap& x, int rows);

// ---- cells and channels
/// C×height×width: cell k is x's cell cells[k], 0 where cells[k] is −1.
FOVEA_API FeatureMap gatherCells(const FeatureMap& x, const std::vector<int>& cells, int height, int width);
/// count×H×W: the channels first … first+count−1.
FOVEA_API FeatureMap channelSlice(const FeatureMap& x, int first, int count);

// ---- conversions
/// Channel vector as [C]; map as [H×W] when it has one channel and `squeeze`, else [C×H×W].
FOVEA_API Tensor toTensor(const Vector& x);
FOVEA_API Tensor toTensor(const FeatureMap& x, bool squeeze = false);
/// Frames as [T×C×H×W].
FOVEA_API Tensor toTensor(const std::vector<FeatureMap>& frames);
/// C×1×1.
FOVEA_API FeatureMap toMap(const Vector& x);

}  // namespace fovea::ops
