#include "engine/kernels/array_pool.h"

#include <Eigen/Core>
#include <algorithm>
#include <limits>

namespace fovea::kernels {
namespace {

template <class Combine>
void combineRow(const float* in, std::int64_t stride, std::int64_t count, float* out, Combine combine) {
    if (stride == 1) {
        for (std::int64_t j = 0; j < count; ++j) {
            out[j] = combine(out[j], in[j]);
        }
    } else if (stride == 2) {
        for (std::int64_t j = 0; j < count; ++j) {
            out[j] = combine(out[j], in[2 * j]);
        }
    } else {
        for (std::int64_t j = 0; j < count; ++j) {
            out[j] = combine(out[j], in[j * stride]);
        }
    }
}

/// Sums or largest values of one plane.
void gather(const Pooling& pooling, const float* in, float* out) {
    const auto& [high, wide] = pooling.axes;
    const bool max = pooling.kind == PoolKind::Max;
    std::fill(out, out + high.output * wide.output, max ? -std::numeric_limits<float>::infinity() : 0.0F);
    // Taps which reach the input from any output; the others of a kernel that is larger than the input are all padding.
    const std::int64_t reach = std::max<std::int64_t>(0, wide.padBegin - (wide.output - 1) * wide.stride);
    const std::int64_t first = (reach + wide.dilation - 1) / wide.dilation;
    const std::int64_t last = std::min(wide.kernel, (wide.padBegin + wide.input - 1) / wide.dilation + 1);
    for (std::int64_t i = 0; i < high.output; ++i, out += wide.output) {
        const Span rows = insideTaps(high, i);
        for (std::int64_t u = rows.begin; u < rows.end; ++u) {
            const float* row = in + (i * high.stride + high.offset(u)) * wide.input;
            for (std::int64_t v = first; v < last; ++v) {
                const Span columns = insideSpan(wide, v);
                const float* from = row + columns.begin * wide.stride + wide.offset(v);
                float* to = out + columns.begin;
                if (max) {
                    combineRow(from, wide.stride, columns.end - columns.begin, to,
                               [](float a, float b) { return a < b || b != b ? b : a; });
                } else {
                    combineRow(from, wide.stride, columns.end - columns.begin, to, [](float a, float b) { return a + b; });
                }
            }
        }
    }
}

/// Taps of an output which an average counts.
std::int64_t taps(const Pooling& pooling, const Axis& axis, std::int64_t output) {
    if (!pooling.countPadding) {
        const Span inside = insideTaps(axis, output);
        return std::max<std::int64_t>(1, inside.end - inside.begin);
    }
    const std::int64_t room = axis.input + axis.padBegin + axis.padEnd - output * axis.stride;
    return std::min(axis.kernel, (room - 1) / axis.dilation + 1);
}

void divide(const Pooling& pooling, float* out) {
    const auto& [high, wide] = pooling.axes;
    const std::int64_t begin = insideSpan(wide, 0).begin;  // from here on no window begins in the padding
    const std::int64_t end = std::max(begin, insideSpan(wide, wide.kernel - 1).end);
    for (std::int64_t i = 0; i < high.output; ++i, out += wide.output) {
        const auto rows = static_cast<float>(taps(pooling, high, i));
        const auto edge = [&](std::int64_t j) { out[j] /= rows * static_cast<float>(taps(pooling, wide, j)); };
        for (std::int64_t j = 0; j < begin; ++j) {
            edge(j);
        }
        Eigen::Map<Eigen::ArrayXf>(out + begin, end - begin) /= rows * static_cast<float>(wide.kernel);
        for (std::int64_t j = end; j < wide.output; ++j) {
            edge(j);
        }
    }
}

}  // namespace

void poolPlane(const Pooling& pooling, const float* in, float* out) {
    gather(pooling, in, out);
    if (pooling.kind == PoolKind::Average) {
        divide(pooling, out);
    }
}

float poolWhole(PoolKind kind, const float* values, std::int64_t count) {
    const Eigen::Map<const Eigen::ArrayXf> plane(values, count);
    return kind == PoolKind::Max ? plane.maxCoeff<Eigen::PropagateNaN>() : plane.mean();
}

}  // namespace fovea::kernels
