#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "engine/kernels/convolution.h"
#include "engine/kernels/tile_product.h"

namespace fovea::kernels {
namespace {

// Winograd's minimal filtering (Lavin and Gray 2016): side × side outputs of a 3×3 window come from (side + 2)² products of
// transformed inputs and weights instead of 9·side²; over all channels and tiles these are (side + 2)² products of matrices.

using tile::kLanes;
using tile::load;
using tile::roundUp;
using tile::store;
using tile::Vector;

template <int side>
struct Transform;

template <>
struct Transform<2> {
    static constexpr double kWeights[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

    static std::array<Vector, 4> input(const std::array<Vector, 4>& d) {
        return {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
    }
    static std::array<Vector, 2> output(const std::array<Vector, 4>& m) { return {m[0] + m[1] + m[2], m[1] - m[2] - m[3]}; }
};

template <>
struct Transform<4> {
    static constexpr double kWeights[6][3] = {{1.0 / 4, 0, 0},
                                              {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                              {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                              {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                              {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                              {0, 0, 1}};

    static std::array<Vector, 6> input(const std::array<Vector, 6>& d) {
        const Vector even = d[4] - 4.0F * d[2];
        const Vector odd = d[3] - 4.0F * d[1];
        const Vector evenHalf = d[4] - d[2];
        const Vector oddHalf = 2.0F * (d[3] - d[1]);
        return {4.0F * d[0] - 5.0F * d[2] + d[4], even + odd, even - odd, evenHalf + oddHalf, evenHalf - oddHalf,
                4.0F * d[1] - 5.0F * d[3] + d[5]};
    }
    static std::array<Vector, 4> output(const std::array<Vector, 6>& m) {
        const Vector sum = m[1] + m[2];
        const Vector difference = m[1] - m[2];
        const Vector farSum = m[3] + m[4];
        const Vector farDifference = m[3] - m[4];
        return {m[0] + sum + farSum, difference + 2.0F * farDifference, sum + 4.0F * farSum,
                difference + 8.0F * farDifference + m[5]};
    }
};

template <int side>
class WinogradConv final : public ConvMethod {
public:
    WinogradConv(const ConvSizes& sizes, const Finish& finish);

    [[nodiscard]] Shape packedShape() const override { return {m_sizes.groups, kProducts, weightFloats()}; }
    void pack(const float* weights, float* packed) const override;
    [[nodiscard]] Shape scratchShape() const override;
    void run(const ConvData& data, const std::stop_token& stop) const override;

private:
    static constexpr int kWindow = side + 2;
    static constexpr int kProducts = kWindow * kWindow;

    static std::array<float, kProducts> transformWeights(const float* w);

    /// Rows of tiles [first, first + count).
    struct Strip {
        std::int64_t first;
        std::int64_t count;
    };
    /// The parts of scratch.
    struct Parts {
        float* plane;    ///< rows of one channel, split by column modulo `side`, zeros around
        float* spread;   ///< transformed tiles of one channel, one row per product
        float* inputs;   ///< the same of all channels, packed for the products
        float* outputs;  ///< the products
        float* row;      ///< `side` rows of finished outputs
    };

    [[nodiscard]] std::int64_t weightFloats() const { return roundUp(m_sizes.outputs, tile::kRows) * m_sizes.inputs; }
    [[nodiscard]] std::int64_t inputFloats() const { return tile::PackedColumns::count(m_sizes.inputs, m_most); }
    [[nodiscard]] std::int64_t planeRows() const { return m_stripRows * side + 2; }
    [[nodiscard]] Parts parts(float* scratch) const;
    void fillPlane(const float* x, const Strip& strip, float* plane) const;
    void transformChannel(const float* plane, const Strip& strip, float* spread) const;
    void transformInputs(const float* x, const Strip& strip, const Parts& parts) const;
    void transformOutputs(const Strip& strip, const Parts& parts, const float* bias, const float* residual, float* y) const;
    void finishRow(const float* sums, float bias, const float* residual, float* y) const;

    std::int64_t m_tileRows;
    std::int64_t m_tileColumns;
    std::int64_t m_stripRows;  ///< rows of tiles worked on at a time, so that what is made of them stays in the caches
    std::int64_t m_most;       ///< tiles of a strip
    std::int64_t m_pitch;      ///< the same with room for a vector behind them
    std::int64_t m_phase;      ///< floats of one part of a row of the plane
};

template <int side>
WinogradConv<side>::WinogradConv(const ConvSizes& sizes, const Finish& finish) : ConvMethod(sizes, finish) {
    constexpr std::int64_t kTiles = 96;
    m_tileRows = (m_sizes.axes[0].output + side - 1) / side;
    m_tileColumns = (m_sizes.axes[1].output + side - 1) / side;
    const std::int64_t strips = std::max<std::int64_t>(1, m_tileRows / std::max<std::int64_t>(1, kTiles / m_tileColumns));
    m_stripRows = (m_tileRows + strips - 1) / strips;
    m_most = m_stripRows * m_tileColumns;
    m_pitch = roundUp(m_most + kLanes, 16);
    m_phase = roundUp(m_tileColumns, kLanes) + kLanes;
}

template <int side>
Shape WinogradConv<side>::scratchShape() const {
    const std::int64_t rows = planeRows() * side + kProducts + side * side;  // each no longer than m_pitch + m_phase
    return {rows + kProducts * (m_sizes.inputs + m_sizes.outputs), m_pitch + m_phase + tile::kColumns};
}

template <int side>
typename WinogradConv<side>::Parts WinogradConv<side>::parts(float* scratch) const {
    Parts parts{};
    parts.inputs = scratch;
    parts.outputs = parts.inputs + kProducts * inputFloats();
    parts.spread = parts.outputs + kProducts * m_sizes.outputs * m_pitch;
    parts.plane = parts.spread + kProducts * m_pitch;
    parts.row = parts.plane + planeRows() * side * m_phase;
    return parts;
}

/// One 3×3 window, first along its columns, then along its rows.
template <int side>
std::array<float, WinogradConv<side>::kProducts> WinogradConv<side>::transformWeights(const float* w) {
    constexpr auto& g = Transform<side>::kWeights;
    std::array<float, kProducts> result;
    for (int r = 0; r < kWindow; ++r) {
        std::array<double, 3> line;
        for (int v = 0; v < 3; ++v) {
            line[v] = g[r][0] * w[v] + g[r][1] * w[3 + v] + g[r][2] * w[6 + v];
        }
        for (int q = 0; q < kWindow; ++q) {
            result[r * kWindow + q] = static_cast<float>(g[q][0] * line[0] + g[q][1] * line[1] + g[q][2] * line[2]);
        }
    }
    return result;
}

template <int side>
void WinogradConv<side>::pack(const float* weights, float* packed) const {
    const std::int64_t step = tile::depthBlock(m_sizes.inputs);
    const std::int64_t padded = roundUp(m_sizes.outputs, tile::kRows);
    std::fill(packed, packed + m_sizes.groups * kProducts * weightFloats(), 0.0F);
    for (std::int64_t m = 0; m < m_sizes.groups * m_sizes.outputs; ++m) {
        const std::int64_t row = m % m_sizes.outputs;
        for (std::int64_t k = 0; k < m_sizes.inputs; ++k) {
            const float* w = weights + (m * m_sizes.inputs + k) * 9;
            const std::int64_t k0 = k / step * step;
            const std::int64_t depth = std::min(step, m_sizes.inputs - k0);
            const std::int64_t at = padded * k0 + (row / tile::kRows * depth + k - k0) * tile::kRows + row % tile::kRows;
            const auto transformed = transformWeights(w);
            for (int p = 0; p < kProducts; ++p) {
                packed[(m / m_sizes.outputs * kProducts + p) * weightFloats() + at] = transformed[p];
            }
        }
    }
}

/// The input rows which a strip reads.
template <int side>
void WinogradConv<side>::fillPlane(const float* x, const Strip& strip, float* plane) const {
    const auto& [high, wide] = m_sizes.axes;
    for (std::int64_t r = 0; r < strip.count * side + 2; ++r) {
        const std::int64_t row = strip.first * side + r - high.padBegin;
        float* out = plane + r * side * m_phase;
        if (row < 0 || row >= high.input) {
            std::fill(out, out + side * m_phase, 0.0F);
            continue;
        }
        const float* in = x + row * wide.input;
        for (std::int64_t phase = 0; phase < side; ++phase, out += m_phase) {
            // Place t holds column t·side + phase − padBegin of the input.
            const std::int64_t shift = wide.padBegin - phase;
            const std::int64_t begin = std::min(m_phase, shift <= 0 ? 0 : (shift + side - 1) / side);
            const float* from = in + begin * side - shift;
            const std::int64_t inside = wide.input - (begin * side - shift);
            const std::int64_t end = std::clamp((inside + side - 1) / side + begin, begin, m_phase);
            std::fill(out, out + begin, 0.0F);
            for (std::int64_t t = begin; t < end; ++t, from += side) {
                out[t] = *from;
            }
            std::fill(out + end, out + m_phase, 0.0F);
        }
    }
}

template <int side>
void WinogradConv<side>::transformChannel(const float* plane, const Strip& strip, float* spread) const {
    using Line = std::array<Vector, kWindow>;
    for (std::int64_t i = 0; i < strip.count; ++i) {
        for (std::int64_t t = 0; t < m_tileColumns; t += kLanes) {
            std::array<Line, kWindow> columns;
            for (int q = 0; q < kWindow; ++q) {
                Line line;
                for (int r = 0; r < kWindow; ++r) {
                    line[r] = load(plane + ((i * side + r) * side + q % side) * m_phase + q / side + t);
                }
                columns[q] = Transform<side>::input(line);
            }
            for (int r = 0; r < kWindow; ++r) {
                Line line;
                for (int q = 0; q < kWindow; ++q) {
                    line[q] = columns[q][r];
                }
                line = Transform<side>::input(line);
                for (int q = 0; q < kWindow; ++q) {
                    store(spread + (r * kWindow + q) * m_pitch + i * m_tileColumns + t, line[q]);
                }
            }
        }
    }
}

template <int side>
void WinogradConv<side>::transformInputs(const float* x, const Strip& strip, const Parts& parts) const {
    const std::int64_t tiles = strip.count * m_tileColumns;
    const std::int64_t step = tile::depthBlock(m_sizes.inputs);
    const std::int64_t padded = roundUp(tiles, tile::kColumns);
    for (std::int64_t c = 0; c < m_sizes.inputs; ++c) {
        fillPlane(x + c * m_sizes.inputCells(), strip, parts.plane);
        transformChannel(parts.plane, strip, parts.spread);
        const std::int64_t k0 = c / step * step;
        const std::int64_t depth = std::min(step, m_sizes.inputs - k0);
        for (int p = 0; p < kProducts; ++p) {
            tile::spreadRow(parts.spread + p * m_pitch, tiles, c - k0, depth, parts.inputs + p * inputFloats() + k0 * padded);
        }
    }
}

template <int side>
void WinogradConv<side>::finishRow(const float* sums, float bias, const float* residual, float* y) const {
    const std::int64_t count = m_sizes.axes[1].output;
    const float low = m_finish.low;
    const float high = m_finish.high;
    for (std::int64_t j = 0; j < count; ++j) {
        float sum = sums[j] + bias;
        if (residual != nullptr) {
            sum += residual[j];
        }
        sum = sum < low ? low : sum;
        y[j] = sum > high ? high : sum;
    }
    m_finish.apply(y, count);
}

template <int side>
void WinogradConv<side>::transformOutputs(const Strip& strip, const Parts& parts, const float* bias, const float* residual,
                                          float* y) const {
    const auto& [high, wide] = m_sizes.axes;
    const std::int64_t rowFloats = roundUp(m_tileColumns, kLanes) * side;
    for (std::int64_t i = strip.first; i < strip.first + strip.count; ++i) {
        const float* in = parts.outputs + (i - strip.first) * m_tileColumns;
        for (std::int64_t t = 0; t < m_tileColumns; t += kLanes) {
            std::array<std::array<Vector, kWindow>, side> lines;
            for (int q = 0; q < kWindow; ++q) {
                std::array<Vector, kWindow> line;
                for (int r = 0; r < kWindow; ++r) {
                    line[r] = load(in + (r * kWindow + q) * m_sizes.outputs * m_pitch + t);
                }
                const auto sums = Transform<side>::output(line);
                for (int r = 0; r < side; ++r) {
                    lines[r][q] = sums[r];
                }
            }
            for (int r = 0; r < side; ++r) {
                const auto sums = Transform<side>::output(lines[r]);
                for (int lane = 0; lane < kLanes; ++lane) {
                    for (int q = 0; q < side; ++q) {
                        parts.row[r * rowFloats + (t + lane) * side + q] = sums[q][lane];
                    }
                }
            }
        }
        for (std::int64_t r = i * side; r < std::min(high.output, (i + 1) * side); ++r) {
            const std::int64_t at = r * wide.output;
            finishRow(parts.row + (r - i * side) * rowFloats, bias == nullptr ? 0.0F : *bias,
                      residual == nullptr ? nullptr : residual + at, y + at);
        }
    }
}

template <int side>
void WinogradConv<side>::run(const ConvData& data, const std::stop_token& stop) const {
    const Parts whole = parts(data.scratch);
    const std::int64_t cells = m_sizes.outputCells();
    for (std::int64_t i = 0; i < m_sizes.batch * m_sizes.groups; ++i) {
        const std::int64_t group = i % m_sizes.groups;
        for (std::int64_t first = 0; first < m_tileRows && !stop.stop_requested(); first += m_stripRows) {
            const Strip strip{first, std::min(m_stripRows, m_tileRows - first)};
            const std::int64_t tiles = strip.count * m_tileColumns;
            transformInputs(data.x + i * m_sizes.inputs * m_sizes.inputCells(), strip, whole);
            for (int p = 0; p < kProducts; ++p) {
                tile::multiply({m_sizes.outputs, tiles, m_sizes.inputs}, data.weights + (group * kProducts + p) * weightFloats(),
                               tile::PackedColumns(whole.inputs + p * inputFloats(), tiles),
                               {whole.outputs + p * m_sizes.outputs * m_pitch, m_pitch}, {}, nullptr, stop);
            }
            for (std::int64_t m = 0; m < m_sizes.outputs; ++m) {
                Parts channel = whole;
                channel.outputs += m * m_pitch;
                const std::int64_t at = (i * m_sizes.outputs + m) * cells;
                transformOutputs(strip, channel, data.bias == nullptr ? nullptr : data.bias + group * m_sizes.outputs + m,
                                 data.residual == nullptr ? nullptr : data.residual + at, data.y + at);
            }
        }
    }
}

}  // namespace

std::unique_ptr<ConvMethod> makeWinogradConv(const ConvSizes& sizes, const Finish& finish, int side) {
    assert(side == 2 || side == 4);
    if (side == 2) {
        return std::make_unique<WinogradConv<2>>(sizes, finish);
    }
    return std::make_unique<WinogradConv<4>>(sizes, finish);
}

}  // namespace fovea::kernels
