#include <utility>

#include "engine/graph/kernel.h"
#include "engine/graph/ops/window.h"
#include "engine/kernels/array_pool.h"

namespace fovea::graph {
namespace {

using kernels::PoolKind;

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
        : m_window(std::move(window)), m_pooling{kind, {}, countPadding} {}

    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override;
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token& stop) override;

private:
    Window m_window;
    kernels::Pooling m_pooling;
    std::int64_t m_planes = 0;
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
    m_pooling.axes = *axes;
    for (const auto& axis : m_pooling.axes) {  // a window in the padding alone would have no value
        if (axis.padBegin >= axis.extent() || axis.padEnd >= axis.extent()) {
            return attributeError("pads");
        }
    }
    const Shape output = outputShape(*shape, (*shape)[1], m_pooling.axes);
    if (!checkedBytes(ElementType::Float, output)) {
        return shapeError(*shape, output);
    }
    m_planes = (*shape)[0] * (*shape)[1];
    return std::vector<ArrayInfo>{{ElementType::Float, output}};
}

Result<void> PoolKernel::run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* /*scratch*/,
                             const std::stop_token& stop) {
    const float* in = inputs[0].data<float>();
    float* out = outputs[0].data<float>();
    const auto& [high, wide] = m_pooling.axes;
    const std::int64_t inCells = high.input * wide.input;
    const std::int64_t outCells = high.output * wide.output;
    for (std::int64_t p = 0; p < m_planes && !stop.stop_requested(); ++p) {
        kernels::poolPlane(m_pooling, in + p * inCells, out + p * outCells);
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
            out[p] = kernels::poolWhole(m_kind, in + p * m_cells, m_cells);
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
