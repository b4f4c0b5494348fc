#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;
using StridedMap = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;

/// Sizes of one convolution, worked out once.
struct Plan {
    int kernelH = 1;
    int kernelW = 1;
    int groupInputs = 0;
    int groupOutputs = 0;
    ConvOptions options;

    [[nodiscard]] int taps() const { return groupInputs * kernelH * kernelW; }
    [[nodiscard]] bool pointwise() const {
        return kernelH == 1 && kernelW == 1 && options.stride == 1 && options.padH == 0 && options.padW == 0;
    }
};

Plan planFor(const FeatureMap& x, const Tensor& weight, const ConvOptions& options) {
    Plan plan;
    plan.options = options;
    plan.kernelH = weight.shape.size() == 4 ? weight.dim(2) : 1;
    plan.kernelW = weight.shape.size() == 4 ? weight.dim(3) : 1;
    plan.groupInputs = x.channels() / options.groups;
    plan.groupOutputs = weight.dim(0) / options.groups;
    assert(weight.shape.size() == 2 || weight.shape.size() == 4);
    assert(plan.groupInputs * options.groups == x.channels() && plan.groupOutputs * options.groups == weight.dim(0));
    assert(weight.dim(1) == plan.groupInputs && options.stride >= 1 && options.dilation >= 1);
    return plan;
}

int outputSize(int length, int kernel, int padding, const ConvOptions& o) {
    return (length + 2 * padding - o.dilation * (kernel - 1) - 1) / o.stride + 1;
}

/// The outputs [begin, end) along one axis whose tap at `offset` (input coordinates of output 0) lies inside the input.
struct Span {
    int begin = 0;
    int end = 0;
};

Span insideSpan(int offset, int stride, int length, int outputs) {
    const int begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const int end = length - 1 - offset < 0 ? 0 : (length - 1 - offset) / stride + 1;
    return {std::min(begin, outputs), std::clamp(end, std::min(begin, outputs), outputs)};
}

void pointwise(const FeatureMap& x, const Tensor& weight, const Plan& plan, FeatureMap& y) {
    for (int g = 0; g < plan.options.groups; ++g) {
        const ConstMap w(weight.values.data() + static_cast<std::size_t>(g) * plan.groupOutputs * plan.taps(), plan.groupOutputs,
                         plan.taps());
        const ConstMap in(x.row(g * plan.groupInputs), plan.groupInputs, x.cells());
        Eigen::Map<Matrix> out(y.row(g * plan.groupOutputs), plan.groupOutputs, y.cells());
        out.noalias() += w * in;
    }
}

/// `count` outputs of one row, each the sum of all taps: the sums stay in registers. `in` is where the first tap of the first
/// output lies in a plane with zeros around it.
template <int count>
void tapSums(const float* in, int pitch, const float* kernel, const Plan& plan, float* out) {
    std::array<float, count> sums;
    std::copy_n(out, count, sums.begin());
    for (int u = 0; u < plan.kernelH; ++u) {
        const float* row = in + static_cast<std::ptrdiff_t>(u) * plan.options.dilation * pitch;
        for (int v = 0; v < plan.kernelW; ++v, row += plan.options.dilation) {
            const float w = *kernel++;
            for (int k = 0; k < count; ++k) {
                sums[k] += w * row[k];
            }
        }
    }
    std::copy_n(sums.begin(), count, out);
}

/// One input channel per output channel: a product would have a single row.
void depthwise(const FeatureMap& x, const Tensor& weight, const Plan& plan, FeatureMap& y) {
    constexpr int kRun = 16;
    constexpr int kShortRun = 4;
    const auto& o = plan.options;
    const int pitch = x.width() + 2 * o.padW;
    std::vector<float> padded(static_cast<std::size_t>(pitch) * (x.height() + 2 * o.padH), 0.0F);
    for (int c = 0; c < y.channels(); ++c) {
        const float* plane = x.row(c / plan.groupOutputs);
        for (int i = 0; i < x.height(); ++i) {
            std::copy_n(plane + i * x.width(), x.width(), padded.data() + (i + o.padH) * pitch + o.padW);
        }
        const float* kernel = weight.values.data() + static_cast<std::size_t>(c) * plan.taps();
        for (int i = 0; i < y.height(); ++i) {
            const float* in = padded.data() + static_cast<std::ptrdiff_t>(i) * pitch;
            float* out = y.row(c) + i * y.width();
            int j = 0;
            for (; j + kRun <= y.width(); j += kRun) {
                tapSums<kRun>(in + j, pitch, kernel, plan, out + j);
            }
            for (; j + kShortRun <= y.width(); j += kShortRun) {
                tapSums<kShortRun>(in + j, pitch, kernel, plan, out + j);
            }
            for (; j < y.width(); ++j) {
                tapSums<1>(in + j, pitch, kernel, plan, out + j);
            }
        }
    }
}

/// The same with steps between the outputs: rows are added tap by tap.
void depthwiseStrided(const FeatureMap& x, const Tensor& weight, const Plan& plan, FeatureMap& y) {
    const auto& o = plan.options;
    for (int c = 0; c < y.channels(); ++c) {
        const float* plane = x.row(c / plan.groupOutputs);
        const float* kernel = weight.values.data() + static_cast<std::size_t>(c) * plan.taps();
        for (int u = 0; u < plan.kernelH; ++u) {
            const int top = u * o.dilation - o.padH;
            const Span rows = insideSpan(top, o.stride, x.height(), y.height());
            for (int v = 0; v < plan.kernelW; ++v) {
                const float w = kernel[u * plan.kernelW + v];
                const int left = v * o.dilation - o.padW;
                const Span columns = insideSpan(left, o.stride, x.width(), y.width());
                for (int i = rows.begin; i < rows.end; ++i) {
                    const float* in = plane + (i * o.stride + top) * x.width() + left;
                    float* out = y.row(c) + i * y.width();
                    for (int j = columns.begin; j < columns.end; ++j) {
                        out[j] += w * in[j * o.stride];
                    }
                }
            }
        }
    }
}

/// Fills columns (taps × tileRows·width) with the inputs which the output rows [firstRow, firstRow + tileRows) read.
void gather(const FeatureMap& x, const Plan& plan, int group, int firstRow, int tileRows, int width, Matrix& columns) {
    const auto& o = plan.options;
    columns.setZero();
    for (int c = 0; c < plan.groupInputs; ++c) {
        const float* plane = x.row(group * plan.groupInputs + c);
        for (int u = 0; u < plan.kernelH; ++u) {
            for (int v = 0; v < plan.kernelW; ++v) {
                float* out = columns.row((c * plan.kernelH + u) * plan.kernelW + v).data();
                const int left = v * o.dilation - o.padW;
                const Span span = insideSpan(left, o.stride, x.width(), width);
                for (int i = 0; i < tileRows; ++i) {
                    const int row = (firstRow + i) * o.stride + u * o.dilation - o.padH;
                    if (row < 0 || row >= x.height()) {
                        continue;
                    }
                    for (int j = span.begin; j < span.end; ++j) {
                        out[i * width + j] = plane[row * x.width() + left + j * o.stride];
                    }
                }
            }
        }
    }
}

/// Tiles of whole output rows, so that the gathered inputs stay in the cache whatever the size of the map.
void tiled(const FeatureMap& x, const Tensor& weight, const Plan& plan, FeatureMap& y) {
    constexpr int kTileValues = 1 << 17;
    const int perRow = std::max(1, plan.taps() * y.width());
    const int rowsPerTile = std::clamp(kTileValues / perRow, 1, y.height());
    Matrix columns;
    for (int g = 0; g < plan.options.groups; ++g) {
        const ConstMap w(weight.values.data() + static_cast<std::size_t>(g) * plan.groupOutputs * plan.taps(), plan.groupOutputs,
                         plan.taps());
        for (int first = 0; first < y.height(); first += rowsPerTile) {
            const int rows = std::min(rowsPerTile, y.height() - first);
            columns.resize(plan.taps(), rows * y.width());
            gather(x, plan, g, first, rows, y.width(), columns);
            StridedMap out(y.row(g * plan.groupOutputs) + first * y.width(), plan.groupOutputs, rows * y.width(),
                           Eigen::OuterStride<>(y.cells()));
            out.noalias() += w * columns;
        }
    }
}

}  // namespace

FeatureMap conv2d(const FeatureMap& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
    const Plan plan = planFor(x, weight, options);
    FeatureMap y(weight.dim(0), outputSize(x.height(), plan.kernelH, options.padH, options),
                 outputSize(x.width(), plan.kernelW, options.padW, options));
    assert(bias.empty() || static_cast<int>(bias.size()) == y.channels());
    for (int c = 0; c < y.channels() && !bias.empty(); ++c) {
        std::fill_n(y.row(c), y.cells(), bias.values[c]);
    }
    if (plan.groupInputs == 1 && options.groups > 1) {
        options.stride == 1 ? depthwise(x, weight, plan, y) : depthwiseStrided(x, weight, plan, y);
    } else if (plan.pointwise()) {
        pointwise(x, weight, plan, y);
    } else {
        tiled(x, weight, plan, y);
    }
    return y;
}

}  // namespace fovea::ops
