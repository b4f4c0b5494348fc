#include <Eigen/Core>
#include <algorithm>
#include <cstring>

#include "engine/kernels/convolution.h"
#include "engine/kernels/tile_product.h"

namespace fovea::kernels {
namespace {

/// `count` values of a row, every `stride`-th.
void copyStrided(const float* in, std::int64_t stride, std::int64_t count, float* out) {
    if (stride == 1) {
        std::memcpy(out, in, static_cast<std::size_t>(count) * sizeof(float));
    } else if (stride == 2) {
        for (std::int64_t j = 0; j < count; ++j) {
            out[j] = in[2 * j];
        }
    } else {
        for (std::int64_t j = 0; j < count; ++j) {
            out[j] = in[stride * j];
        }
    }
}

/// The matrix whose row (c, u, v) holds what the tap (u, v) of channel c reads for each output, gathered when it is needed.
class Windows final : public tile::Columns {
public:
    Windows(const float* x, const ConvSizes& sizes, float* row) : m_x(x), m_sizes(sizes), m_row(row) {}

    const float* block(std::int64_t k0, std::int64_t k1, std::int64_t j0, std::int64_t j1, float* scratch) const override {
        for (std::int64_t k = k0; k < k1; ++k) {
            gather(k, j0, j1);
            tile::spreadRow(m_row, j1 - j0, k - k0, k1 - k0, scratch);
        }
        return scratch;
    }

private:
    void gather(std::int64_t k, std::int64_t j0, std::int64_t j1) const {
        const auto& [high, wide] = m_sizes.axes;
        const std::int64_t u = k / wide.kernel % high.kernel;
        const std::int64_t v = k % wide.kernel;
        const float* plane = m_x + k / (wide.kernel * high.kernel) * m_sizes.inputCells();
        const Span rows = insideSpan(high, u);
        const Span columns = insideSpan(wide, v);
        float* out = m_row;
        for (std::int64_t j = j0; j < j1;) {
            const std::int64_t row = j / wide.output;
            const std::int64_t begin = j - row * wide.output;
            const std::int64_t end = std::min(wide.output, begin + j1 - j);
            const bool inside = row >= rows.begin && row < rows.end;
            const std::int64_t from = inside ? std::clamp(columns.begin, begin, end) : end;
            const std::int64_t to = inside ? std::clamp(columns.end, from, end) : end;
            std::fill(out, out + (from - begin), 0.0F);
            if (from < to) {
                const float* in = plane + (row * high.stride + high.offset(u)) * wide.input + from * wide.stride + wide.offset(v);
                copyStrided(in, wide.stride, to - from, out + (from - begin));
            }
            std::fill(out + (to - begin), out + (end - begin), 0.0F);
            out += end - begin;
            j += end - begin;
        }
    }

    const float* m_x;
    const ConvSizes& m_sizes;
    float* m_row;
};

/// Applies what limits cannot do to each range of columns as soon as it is there.
class FinishColumns final : public tile::Finished {
public:
    FinishColumns(const Finish& finish, float* y, std::int64_t rows, std::int64_t pitch)
        : m_finish(finish), m_y(y), m_rows(rows), m_pitch(pitch) {}

    void columns(std::int64_t j0, std::int64_t j1) const override {
        for (std::int64_t i = 0; i < m_rows; ++i) {
            m_finish.apply(m_y + i * m_pitch + j0, j1 - j0);
        }
    }

private:
    const Finish& m_finish;
    float* m_y;
    std::int64_t m_rows;
    std::int64_t m_pitch;
};

class ProductConv final : public ConvMethod {
public:
    using ConvMethod::ConvMethod;

    [[nodiscard]] Shape packedShape() const override {
        return {m_sizes.groups, tile::roundUp(m_sizes.outputs, tile::kRows), m_sizes.taps()};
    }

    void pack(const float* weights, float* packed) const override {
        const std::int64_t taps = m_sizes.taps();
        for (std::int64_t g = 0; g < m_sizes.groups; ++g) {
            tile::packRows({weights + g * m_sizes.outputs * taps, taps, 1}, m_sizes.outputs, taps, packed + g * groupFloats());
        }
    }

    [[nodiscard]] Shape scratchShape() const override { return {tile::blockCount(product()) + rowFloats()}; }

    void run(const ConvData& data, const std::stop_token& stop) const override {
        const std::int64_t cells = m_sizes.outputCells();
        for (std::int64_t i = 0; i < m_sizes.batch * m_sizes.groups && !stop.stop_requested(); ++i) {
            const std::int64_t group = i % m_sizes.groups;
            const std::int64_t at = i * m_sizes.outputs * cells;
            tile::Ending ending;
            ending.rowBias = data.bias == nullptr ? nullptr : data.bias + group * m_sizes.outputs;
            ending.residual = data.residual == nullptr ? nullptr : data.residual + at;
            ending.low = m_finish.low;
            ending.high = m_finish.high;
            const float* x = data.x + i * m_sizes.inputs * m_sizes.inputCells();
            const float* weights = data.weights + group * groupFloats();
            const FinishColumns finish(m_finish, data.y + at, m_sizes.outputs, cells);
            const tile::Finished* finished = m_finish.hasActivation() ? &finish : nullptr;
            float* blocks = data.scratch + rowFloats();
            if (m_sizes.axes[0].plain() && m_sizes.axes[1].plain()) {
                const tile::LooseColumns columns({x, cells, 1});
                tile::multiply(product(), weights, columns, {data.y + at, cells}, ending, blocks, stop, finished);
            } else {
                const Windows columns(x, m_sizes, data.scratch);
                tile::multiply(product(), weights, columns, {data.y + at, cells}, ending, blocks, stop, finished);
            }
        }
    }

private:
    [[nodiscard]] ProductSizes product() const { return {m_sizes.outputs, m_sizes.outputCells(), m_sizes.taps()}; }
    [[nodiscard]] std::int64_t groupFloats() const { return tile::roundUp(m_sizes.outputs, tile::kRows) * m_sizes.taps(); }
    [[nodiscard]] std::int64_t rowFloats() const { return tile::columnTile(m_sizes.outputCells()); }
};

class VectorConv final : public ConvMethod {
public:
    using ConvMethod::ConvMethod;

    void run(const ConvData& data, const std::stop_token& stop) const override {
        using Weights = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        using Vector = Eigen::VectorXf;
        const std::int64_t count = m_sizes.outputs;
        const std::int64_t taps = m_sizes.taps();
        for (std::int64_t i = 0; i < m_sizes.batch * m_sizes.groups && !stop.stop_requested(); ++i) {
            const std::int64_t group = i % m_sizes.groups;
            Eigen::Map<Vector> y(data.y + i * count, count);
            const Eigen::Map<const Weights> weights(data.weights + group * count * taps, count, taps);
            y.noalias() = weights * Eigen::Map<const Vector>(data.x + i * taps, taps);
            if (data.bias != nullptr) {
                y += Eigen::Map<const Vector>(data.bias + group * count, count);
            }
            if (data.residual != nullptr) {
                y += Eigen::Map<const Vector>(data.residual + i * count, count);
            }
            y = y.cwiseMax(m_finish.low).cwiseMin(m_finish.high);
            m_finish.apply(y.data(), count);
        }
    }
};

}  // namespace

std::unique_ptr<ConvMethod> makeVectorConv(const ConvSizes& sizes, const Finish& finish) {
    return std::make_unique<VectorConv>(sizes, finish);
}

std::unique_ptr<ConvMethod> makeProductConv(const ConvSizes& sizes, const Finish& finish) {
    return std::make_unique<ProductConv>(sizes, finish);
}

}  // namespace fovea::kernels
