#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/kernels/convolution.h"
#include "engine/kernels/lanes.h"

namespace fovea::kernels {
namespace {

using tile::kLanes;
using tile::load;
using tile::splat;
using tile::store;
using tile::Vector;

/// What all outputs of one channel share.
struct Channel {
    const float* weights;
    const std::int64_t* offsets;  ///< of the taps in the padded plane
    std::int64_t taps;
    float bias;
    float low;
    float high;
    std::int64_t inPitch;  ///< between the inputs of two output rows
    std::int64_t outPitch;
};

/// One channel at a time is copied into a plane with zeros around it whose rows are split by column modulo the stride: what one
/// tap reads for neighbouring outputs then lies side by side, whatever the stride.
class DepthwiseConv final : public ConvMethod {
public:
    DepthwiseConv(const ConvSizes& sizes, const Finish& finish);

    void prepare() override;
    [[nodiscard]] Shape scratchShape() const override { return {m_rows, m_sizes.axes[1].stride, m_phase}; }
    void run(const ConvData& data, const std::stop_token& stop) const override;

private:
    void fillPlane(const float* x, float* plane) const;

    std::int64_t m_rows = 0;   ///< of the padded plane
    std::int64_t m_phase = 0;  ///< floats of one part of a row
    std::vector<std::int64_t> m_offsets;
};

DepthwiseConv::DepthwiseConv(const ConvSizes& sizes, const Finish& finish) : ConvMethod(sizes, finish) {
    const auto& [high, wide] = m_sizes.axes;
    m_rows = (high.output - 1) * high.stride + high.extent();
    m_phase = (wide.extent() - 1) / wide.stride + tile::roundUp(wide.output, kLanes);
}

void DepthwiseConv::prepare() {
    const auto& [high, wide] = m_sizes.axes;
    for (std::int64_t u = 0; u < high.kernel; ++u) {
        for (std::int64_t v = 0; v < wide.kernel; ++v) {
            const std::int64_t column = v * wide.dilation;
            m_offsets.push_back((u * high.dilation * wide.stride + column % wide.stride) * m_phase + column / wide.stride);
        }
    }
}

/// `count` outputs of a row, all or part of a vector.
[[gnu::always_inline]] inline void put(Vector sum, const Channel& channel, const float* residual, float* out,
                                       std::int64_t count) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
    if (residual != nullptr) {
        Vector added{};
        if (count == kLanes) {
            added = load(residual);
        } else {
            std::memcpy(&added, residual, bytes);
        }
        sum += added;
    }
    const Vector low = splat(channel.low);
    const Vector high = splat(channel.high);
    sum = sum < low ? low : sum;
    sum = sum > high ? high : sum;
    if (count == kLanes) {
        store(out, sum);
    } else {
        std::memcpy(out, &sum, bytes);
    }
}

/// rows × vectors·kLanes outputs, whose sums stay in registers; of the last vector `last` exist.
template <int rows, int vectors>
void tapSums(const Channel& channel, const float* in, const float* residual, float* out, std::int64_t last) {
    std::array<std::array<Vector, vectors>, rows> sums;
#pragma GCC unroll 7
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            sums[i][v] = splat(channel.bias);
        }
    }
    for (std::int64_t t = 0; t < channel.taps; ++t) {
        const Vector weight = splat(channel.weights[t]);
        const float* from = in + channel.offsets[t];
#pragma GCC unroll 7
        for (int i = 0; i < rows; ++i, from += channel.inPitch) {
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) {
                sums[i][v] += weight * load(from + v * kLanes);
            }
        }
    }
#pragma GCC unroll 7
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            const std::int64_t at = i * channel.outPitch + v * kLanes;
            put(sums[i][v], channel, residual == nullptr ? nullptr : residual + at, out + at, v + 1 < vectors ? kLanes : last);
        }
    }
}

using TapSums = void (*)(const Channel&, const float*, const float*, float*, std::int64_t);

/// tapSums() for 1, 2 … most rows.
template <int vectors, int most>
constexpr std::array<TapSums, most> tapSumsByRows() {
    return []<int... rows>(std::integer_sequence<int, rows...>) {
        return std::array<TapSums, most>{tapSums<rows + 1, vectors>...};
    }
    (std::make_integer_sequence<int, most>());
}

/// All outputs of one channel: so many rows at a time that their sums fill the registers, as a single sum would wait for each of
/// its additions.
void channelSums(const Channel& channel, const Axes& axes, const float* plane, const float* residual, float* out) {
    constexpr int kMost = 6;
    static constexpr auto kNarrow = tapSumsByRows<1, kMost + 1>();
    static constexpr auto kWide = tapSumsByRows<2, kMost>();
    const std::int64_t height = axes[0].output;
    const std::int64_t width = axes[1].output;
    const std::int64_t most = width <= kLanes ? kMost + 1 : kMost;
    const std::int64_t parts = (height + most - 1) / most;
    for (std::int64_t part = 0, i = 0; part < parts; ++part) {
        const std::int64_t rows = (height - i + parts - part - 1) / (parts - part);
        const auto sums = [&](const TapSums function, std::int64_t j, std::int64_t last) {
            const std::int64_t at = i * channel.outPitch + j;
            function(channel, plane + i * channel.inPitch + j, residual == nullptr ? nullptr : residual + at, out + at, last);
        };
        std::int64_t j = 0;
        for (; j + kLanes < width; j += 2 * kLanes) {
            sums(kWide[rows - 1], j, std::min(kLanes, width - j - kLanes));
        }
        if (j < width) {
            sums(kNarrow[rows - 1], j, width - j);
        }
        i += rows;
    }
}

void DepthwiseConv::fillPlane(const float* x, float* plane) const {
    const auto& [high, wide] = m_sizes.axes;
    const std::int64_t stride = wide.stride;
    const std::int64_t rowEnd = std::min(high.input, m_rows - high.padBegin);
    for (std::int64_t phase = 0; phase < stride; ++phase) {
        // Place t of this part holds column t·stride + phase − padBegin of the input.
        const std::int64_t shift = wide.padBegin - phase;
        const std::int64_t begin = shift <= 0 ? 0 : (shift + stride - 1) / stride;
        const std::int64_t first = begin * stride - shift;
        const std::int64_t inside = first < wide.input ? (wide.input - first + stride - 1) / stride : 0;
        const std::int64_t count = std::min(inside, m_phase - begin);
        for (std::int64_t r = 0; r < rowEnd && count > 0; ++r) {
            const float* in = x + r * wide.input + first;
            float* out = plane + ((r + high.padBegin) * stride + phase) * m_phase + begin;
            if (stride == 1) {
                std::memcpy(out, in, static_cast<std::size_t>(count) * sizeof(float));
            } else if (stride == 2) {
                for (std::int64_t t = 0; t < count; ++t) {
                    out[t] = in[2 * t];
                }
            } else {
                for (std::int64_t t = 0; t < count; ++t) {
                    out[t] = in[t * stride];
                }
            }
        }
    }
}

void DepthwiseConv::run(const ConvData& data, const std::stop_token& stop) const {
    const auto& [high, wide] = m_sizes.axes;
    const std::int64_t pitch = wide.stride * m_phase;
    const std::int64_t cells = m_sizes.outputCells();
    const std::int64_t channels = m_sizes.groups * m_sizes.outputs;
    std::fill(data.scratch, data.scratch + m_rows * pitch, 0.0F);  // what lies around stays zero for all channels
    for (std::int64_t i = 0; i < m_sizes.batch * channels && !stop.stop_requested(); ++i) {
        if (i % m_sizes.outputs == 0) {
            fillPlane(data.x + i / m_sizes.outputs * m_sizes.inputCells(), data.scratch);
        }
        const std::int64_t c = i % channels;
        const std::int64_t taps = m_sizes.taps();
        const Channel channel{
            data.weights + c * taps, m_offsets.data(),    taps,       data.bias == nullptr ? 0.0F : data.bias[c], m_finish.low,
            m_finish.high,           high.stride * pitch, wide.output};
        const float* residual = data.residual == nullptr ? nullptr : data.residual + i * cells;
        float* y = data.y + i * cells;
        channelSums(channel, m_sizes.axes, data.scratch, residual, y);
        m_finish.apply(y, cells);
    }
}

}  // namespace

std::unique_ptr<ConvMethod> makeDepthwiseConv(const ConvSizes& sizes, const Finish& finish) {
    return std::make_unique<DepthwiseConv>(sizes, finish);
}

}  // namespace fovea::kernels
