#include <algorithm>
#include <optional>
#include <utility>

#include "engine/graph/kernel.h"
#include "engine/graph/ops/window.h"
#include "engine/kernels/convolution.h"

namespace fovea::graph {
namespace {

using kernels::ConvMethod;
using kernels::ConvSizes;
using kernels::Finish;

/// The activation which a fusion put behind a convolution.
Result<Finish> readFinish(const Node& node) {
    Finish finish;
    const std::string name = node.text(kFusedActivation, "");
    if (name == "Relu") {
        finish.low = 0.0F;
    } else if (name == "Clip") {
        finish.low = node.real(kFusedLow, finish.low);
        finish.high = node.real(kFusedHigh, finish.high);
    } else if (name == "Sigmoid") {
        finish.kind = Finish::Kind::Sigmoid;
    } else if (name == "Silu") {
        finish.kind = Finish::Kind::Silu;
    } else if (name == "HardSigmoid") {
        finish.kind = Finish::Kind::HardSigmoid;
        finish.alpha = node.real(kFusedLow, finish.alpha);
        finish.beta = node.real(kFusedHigh, finish.beta);
    } else if (name == "HardSwish") {
        finish.kind = Finish::Kind::HardSwish;
    } else if (!name.empty() || node.has(kFusedActivation)) {
        return attributeError(kFusedActivation);
    }
    return finish;
}

/// Outputs along one side of a tile of Winograd's method, or 0 where it does not pay: a large tile saves more multiplications,
/// but reads four times as many weights, which few outputs do not make up for.
int winogradSide(const ConvSizes& sizes) {
    constexpr std::int64_t kLeastChannels = 16;
    constexpr std::int64_t kFewOutputs = 16;
    constexpr std::int64_t kManyOutputs = 144;
    const auto suits = [](const Axis& axis) { return axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1; };
    if (!suits(sizes.axes[0]) || !suits(sizes.axes[1]) || std::min(sizes.inputs, sizes.outputs) < kLeastChannels ||
        sizes.outputCells() <= kFewOutputs) {
        return 0;
    }
    return sizes.outputCells() >= kManyOutputs ? 4 : 2;
}

std::unique_ptr<ConvMethod> chooseMethod(const ConvSizes& sizes, const Finish& finish) {
    const auto covers = [](const Axis& axis) {
        return axis.output == 1 && axis.kernel == axis.input && axis.padBegin == 0 && axis.dilation == 1;
    };
    if (covers(sizes.axes[0]) && covers(sizes.axes[1])) {
        return kernels::makeVectorConv(sizes, finish);
    }
    constexpr std::int64_t kMostTaps = 4096;  // the depthwise method keeps a table of them
    if (sizes.inputs == 1 && sizes.groups > 1 && sizes.taps() <= kMostTaps) {
        return kernels::makeDepthwiseConv(sizes, finish);
    }
    const int side = winogradSide(sizes);
    return side == 0 ? kernels::makeProductConv(sizes, finish) : kernels::makeWinogradConv(sizes, finish, side);
}

class ConvKernel final : public Kernel {
public:
    ConvKernel(Window window, const Finish& finish, std::int64_t groups)
        : m_window(std::move(window)), m_finish(finish), m_groups(groups) {}

    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override;
    [[nodiscard]] std::size_t scratchBytes() const override {
        return m_scratchBytes + (m_packed.count() == 0 ? m_packedBytes : 0);
    }
    [[nodiscard]] std::size_t heldBytes() const override { return m_packed.bytes(); }
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token& stop) override;

private:
    [[nodiscard]] Result<ConvSizes> sizesFor(const Shape& x, const Shape& weights) const;
    [[nodiscard]] Result<void> checkAdded(const std::vector<InputInfo>& inputs, const Shape& output) const;
    void holdWeights(const Array* constant);

    Window m_window;
    Finish m_finish;
    std::int64_t m_groups;
    std::unique_ptr<ConvMethod> m_method;
    Array m_packed;  ///< constant weights, packed
    std::size_t m_packedBytes = 0;
    std::size_t m_scratchBytes = 0;
};

Result<ConvSizes> ConvKernel::sizesFor(const Shape& x, const Shape& weights) const {
    if (x.size() != 3 && x.size() != 4) {
        return rankError(x);
    }
    if (weights.size() != x.size()) {
        return shapeError(x, weights);
    }
    const std::vector<std::int64_t> kernel(weights.begin() + 2, weights.end());
    if (!m_window.kernel.empty() && m_window.kernel != kernel) {
        return attributeError("kernel_shape");
    }
    const bool divides = x[1] % m_groups == 0 && weights[0] % m_groups == 0;
    if (!divides || x[1] < 1 || weights[0] < 1 || x[1] / m_groups != weights[1]) {
        return shapeError(x, weights);
    }
    const auto axes = m_window.axes(x, kernel);
    if (!axes) {
        return axes.error();
    }
    return ConvSizes{x[0], m_groups, weights[1], weights[0] / m_groups, *axes};
}

Result<void> ConvKernel::checkAdded(const std::vector<InputInfo>& inputs, const Shape& output) const {
    if (inputs.size() > 2 && inputs[2].present && inputs[2].info.shape != Shape{output[1]}) {
        return shapeError(inputs[2].info.shape, Shape{output[1]});
    }
    if (inputs.size() > 3 && inputs[3].present && inputs[3].info.shape != output) {
        return shapeError(inputs[3].info.shape, output);
    }
    return {};
}

Result<std::vector<ArrayInfo>> ConvKernel::infer(const std::vector<InputInfo>& inputs) {
    if (inputs.size() < 2 || inputs.size() > 4 || !inputs[0].present || !inputs[1].present) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "it has too few or too many inputs"));
    }
    for (const auto& input : inputs) {
        if (input.present && input.info.type != ElementType::Float) {
            return typeError(input.info.type);
        }
    }
    const Shape& x = inputs[0].info.shape;
    const auto sizes = sizesFor(x, inputs[1].info.shape);
    if (!sizes) {
        return sizes.error();
    }
    const Shape output = outputShape(x, sizes->groups * sizes->outputs, sizes->axes);
    const bool fit = checkedBytes(ElementType::Float, x) && checkedBytes(ElementType::Float, inputs[1].info.shape) &&
                     checkedBytes(ElementType::Float, output);
    if (!fit) {
        return shapeError(x, output);
    }
    if (auto added = checkAdded(inputs, output); !added) {
        return added.error();
    }
    m_method = chooseMethod(*sizes, m_finish);
    const auto packed = checkedBytes(ElementType::Float, m_method->packedShape());
    const auto scratch = checkedBytes(ElementType::Float, m_method->scratchShape());
    if (!packed || !scratch) {
        return shapeError(x, output);
    }
    m_method->prepare();
    m_packedBytes = (*packed + 63) / 64 * 64;
    m_scratchBytes = *scratch;
    holdWeights(inputs[1].constant);
    return std::vector<ArrayInfo>{{ElementType::Float, output}};
}

void ConvKernel::holdWeights(const Array* constant) {
    m_packed = Array();
    if (constant != nullptr && m_packedBytes > 0) {
        m_packed = Array(ElementType::Float, m_method->packedShape());
        m_method->pack(constant->data<float>(), m_packed.data<float>());
    }
}

Result<void> ConvKernel::run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                             const std::stop_token& stop) {
    const auto optional = [&](std::size_t i) -> const float* {
        return i < inputs.size() && !inputs[i].absent() ? inputs[i].data<float>() : nullptr;
    };
    auto* floats = static_cast<float*>(static_cast<void*>(scratch));
    kernels::ConvData data{optional(0), nullptr, optional(2), optional(3), outputs[0].data<float>(), floats};
    if (m_packedBytes == 0) {
        data.weights = optional(1);
    } else if (m_packed.count() > 0) {
        data.weights = m_packed.data<float>();
    } else {
        m_method->pack(optional(1), floats);
        data.weights = floats;
        data.scratch = floats + m_packedBytes / sizeof(float);
    }
    m_method->run(data, stop);
    return {};
}

Result<std::unique_ptr<Kernel>> createConv(const Node& node, int /*opset*/) {
    auto window = Window::read(node);
    if (!window) {
        return window.error();
    }
    const auto finish = readFinish(node);
    if (!finish) {
        return finish.error();
    }
    const std::int64_t groups = node.integer("group", 1);
    if (groups < 1) {
        return attributeError("group");
    }
    window->ceiling = false;  // Conv knows no such attribute
    return std::unique_ptr<Kernel>(std::make_unique<ConvKernel>(std::move(*window), *finish, groups));
}

}  // namespace

std::vector<Operator> convolutionOperators() { return {{"Conv", 1, createConv}}; }

}  // namespace fovea::graph
