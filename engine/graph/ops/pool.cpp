#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <utility>

#include "engine/graph/kernel.h"
#include "engine/graph/ops/window.h"

namespace fovea::graph {
namespace {

enum class PoolKind { Max, Average };

/// The one input of a pool: float, N×C×… with at least one channel.
Result<Shape> poolInput(const std::vector<InputInfo>& inputs) {
    if (inputs.size() != 1 || !inputs[0].present) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "it has too few or too many inputs"));
    }
    if (inputs[0].info.type != ElementType::Float) {
        return typeError(inputs[0].info.type);
    }
    const Shape& shape = inputs[0].info.shape;
    if (shape.size() < 3 || !checkedBytes(ElementType::Float, shape)) {
        return rankError(shape);
    }
    return shape;
}

class PoolKernel final : public Kernel {
public:
    PoolKernel(PoolKind kind, Window window, bool countPadding)
        : m_kind(kind), m_window(std::move(window)), m_countPadding(countPadding) {}

    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override;
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token& stop) override;

private:
    void gather(const float* in, float* out) const;
    void divide(float* out) const;
    [[nodiscard]] std::int64_t taps(const Axis& axis, std::int64_t output) const;

    PoolKind m_kind;
    Window m_window;
    bool m_countPadding;
    std::int64_t m_planes = 0;
    Axes m_axes;
};

Result<std::vector<ArrayInfo>> PoolKernel::infer(const std::vector<InputInfo>& inputs) {
    const auto shape = poolInput(inputs);
    if (!shape) {
        return shape.error();
    }
    if (shape->size() > 4) {
        return rankError(*shape);
    }
    const auto axes = m_window.axes(*shape, m_window.kernel);
    if (!axes) {
        return axes.error();
    }
    m_axes = *axes;
    for (const auto& axis : m_axes) {  // a window in the padding alone would have no value
        if (axis.padBegin >= axis.extent() || axis.padEnd >= axis.extent()) {
            return attributeError("pads");
        }
    }
    const Shape output = outputShape(*shape, (*shape)[1], m_axes);
    if (!checkedBytes(ElementType::Float, output)) {
        return shapeError(*shape, output);
    }
    m_planes = (*shape)[0] * (*shape)[1];
    return std::vector<ArrayInfo>{{ElementType::Float, output}};
}

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

/// The first and the last tap + 1 of an output which lie inside the input.
Span insideTaps(const Axis& axis, std::int64_t output) {
    const std::int64_t start = output * axis.stride - axis.padBegin;
    const std::int64_t begin = start >= 0 ? 0 : (-start + axis.dilation - 1) / axis.dilation;
    const std::int64_t end = start >= axis.input ? 0 : (axis.input - 1 - start) / axis.dilation + 1;
    return {std::min(begin, axis.kernel), std::min(end, axis.kernel)};
}

/// Sums or largest values of one plane.
void PoolKernel::gather(const float* in, float* out) const {
    const auto& [high, wide] = m_axes;
    const bool max = m_kind == PoolKind::Max;
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
std::int64_t PoolKernel::taps(const Axis& axis, std::int64_t output) const {
    if (!m_countPadding) {
        const Span inside = insideTaps(axis, output);
        return std::max<std::int64_t>(1, inside.end - inside.begin);
    }
    const std::int64_t room = axis.input + axis.padBegin + axis.padEnd - output * axis.stride;
    return std::min(axis.kernel, (room - 1) / axis.dilation + 1);
}

void PoolKernel::divide(float* out) const {
    const auto& [high, wide] = m_axes;
    const std::int64_t begin = insideSpan(wide, 0).begin;  // from here on no window begins in the padding
    const std::int64_t end = std::max(begin, insideSpan(wide, wide.kernel - 1).end);
    for (std::int64_t i = 0; i < high.output; ++i, out += wide.output) {
        const auto rows = static_cast<float>(taps(high, i));
        const auto edge = [&](std::int64_t j) { out[j] /= rows * static_cast<float>(taps(wide, j)); };
        for (std::int64_t j = 0; j < begin; ++j) {
            edge(j);
        }
        Eigen::Map<Eigen::ArrayXf>(out + begin, end - begin) /= rows * static_cast<float>(wide.kernel);
        for (std::int64_t j = end; j < wide.output; ++j) {
            edge(j);
        }
    }
}

Result<void> PoolKernel::run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* /*scratch*/,
                             const std::stop_token& stop) {
    const float* in = inputs[0].data<float>();
    float* out = outputs[0].data<float>();
    const std::int64_t inCells = m_axes[0].input * m_axes[1].input;
    const std::int64_t outCells = m_axes[0].output * m_axes[1].output;
    for (std::int64_t p = 0; p < m_planes && !stop.stop_requested(); ++p) {
        gather(in + p * inCells, out + p * outCells);
        if (m_kind == PoolKind::Average) {
            divide(out + p * outCells);
        }
    }
    return {};
}

class GlobalPoolKernel final : public Kernel {
public:
    explicit GlobalPoolKernel(PoolKind kind) : m_kind(kind) {}

    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override {
        const auto shape = poolInput(inputs);
        if (!shape) {
            return shape.error();
        }
        Shape output(shape->size(), 1);
        output[0] = (*shape)[0];
        output[1] = (*shape)[1];
        m_planes = output[0] * output[1];
        m_cells = 1;
        for (std::size_t i = 2; i < shape->size(); ++i) {
            if ((*shape)[i] < 1) {
                return rankError(*shape);
            }
            m_cells *= m_planes == 0 ? 1 : (*shape)[i];
        }
        return std::vector<ArrayInfo>{{ElementType::Float, output}};
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* /*scratch*/,
                     const std::stop_token& stop) override {
        const float* in = inputs[0].data<float>();
        float* out = outputs[0].data<float>();
        for (std::int64_t p = 0; p < m_planes && !stop.stop_requested(); ++p) {
            const Eigen::Map<const Eigen::ArrayXf> plane(in + p * m_cells, m_cells);
            out[p] = m_kind == PoolKind::Max ? plane.maxCoeff<Eigen::PropagateNaN>() : plane.mean();
        }
        return {};
    }

private:
    PoolKind m_kind;
    std::int64_t m_planes = 0;
    std::int64_t m_cells = 0;
};

template <PoolKind kind>
Result<std::unique_ptr<Kernel>> createPool(const Node& node, int /*opset*/) {
    auto window = Window::read(node);
    if (!window) {
        return window.error();
    }
    if (window->kernel.empty()) {
        return attributeError("kernel_shape");
    }
    if (node.outputs.size() > 1 && !node.outputs[1].empty()) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "its second output is not computed"));
    }
    const bool countPadding = node.integer("count_include_pad", 0) != 0;
    return std::unique_ptr<Kernel>(std::make_unique<PoolKernel>(kind, std::move(*window), countPadding));
}

template <PoolKind kind>
Result<std::unique_ptr<Kernel>> createGlobalPool(const Node& /*node*/, int /*opset*/) {
    return std::unique_ptr<Kernel>(std::make_unique<GlobalPoolKernel>(kind));
}

}  // namespace

std::vector<Operator> poolOperators() {
    return {{"MaxPool", 1, createPool<PoolKind::Max>},
            {"AveragePool", 1, createPool<PoolKind::Average>},
            {"GlobalMaxPool", 1, createGlobalPool<PoolKind::Max>},
            {"GlobalAveragePool", 1, createGlobalPool<PoolKind::Average>}};
}

}  // namespace fovea::graph
