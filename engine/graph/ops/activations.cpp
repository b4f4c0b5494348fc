#include <limits>
#include <string>

#include "engine/graph/ops/elementwise.h"
#include "engine/graph/ops/families.h"
#include "engine/kernels/array_functions.h"

namespace fovea::graph {
namespace {

Created createHardSigmoid(const Node& node, int) {
    return ofFloats([alpha = node.real("alpha", 0.2F), beta = node.real("beta", 0.5F)](auto* x, auto* y, auto count) {
        kernels::hardSigmoid(x, y, count, alpha, beta);
    });
}

Created createLeakyRelu(const Node& node, int) {
    return ofFloats(
        [alpha = node.real("alpha", 0.01F)](auto* x, auto* y, auto count) { kernels::leakyRelu(x, y, count, alpha); });
}

/// An activation whose attribute alpha is 1 when it is not given.
template <void (*function)(const float*, float*, std::int64_t, float)>
Created createOfAlpha(const Node& node, int) {
    return ofFloats([alpha = node.real("alpha", 1.0F)](auto* x, auto* y, auto count) { function(x, y, count, alpha); });
}

Created createSelu(const Node& node, int) {
    const float alpha = node.real("alpha", 1.67326319217681884765625F);
    const float gamma = node.real("gamma", 1.05070102214813232421875F);
    return ofFloats([alpha, gamma](auto* x, auto* y, auto count) { kernels::selu(x, y, count, alpha, gamma); });
}

Created createGelu(const Node& node, int) {
    const std::string approximate = node.text("approximate", "none");
    if (approximate == "none") {
        return ofFloats(kernels::geluOfErf);
    }
    return approximate == "tanh" ? ofFloats(kernels::geluOfTanh) : Created(attributeError("approximate"));
}

/// The bounds are attributes before opset 11, inputs after; either may be left out.
class Clip final : public Kernel {
public:
    Clip(const Node& node, int opset)
        : m_attributes(opset < 11),
          m_low(node.real("min", std::numeric_limits<float>::lowest())),
          m_high(node.real("max", std::numeric_limits<float>::max())) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, m_attributes ? 1 : 3)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        if (info.type == ElementType::Bool || (m_attributes && info.type != ElementType::Float)) {
            return typeError(info.type);
        }
        for (std::size_t i = 1; i < 3; ++i) {
            if (given(inputs, i) &&
                (inputs[i].info.type != info.type || checkedBytes(info.type, inputs[i].info.shape) != elementSize(info.type))) {
                return inputError(i);
            }
        }
        return oneOutput(info.type, info.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            const T low = given(inputs, 1) ? *inputs[1].data<T>() : bound<T>(m_low, std::numeric_limits<T>::lowest());
            const T high = given(inputs, 2) ? *inputs[2].data<T>() : bound<T>(m_high, std::numeric_limits<T>::max());
            if constexpr (!std::is_same_v<T, bool>) {
                kernels::clip(inputs[0].data<T>(), low, high, outputs[0].data<T>(), static_cast<std::int64_t>(outputs[0].count));
            }
        });
        return {};
    }

private:
    template <class T>
    T bound(float attribute, T widest) const {
        return m_attributes ? static_cast<T>(attribute) : widest;
    }

    bool m_attributes;
    float m_low;
    float m_high;
};

}  // namespace

std::vector<Operator> activationOperators() {
    return {
        {"Celu", 12, createOfAlpha<kernels::celu>},
        {"Clip", 6, create<Clip>},
        {"Elu", 6, createOfAlpha<kernels::elu>},
        {"Gelu", 20, createGelu},
        {"HardSigmoid", 6, createHardSigmoid},
        {"HardSwish", 14, createFunction<kernels::hardSwish>},
        {"LeakyRelu", 6, createLeakyRelu},
        {"Mish", 18, createFunction<kernels::mish>},
        {"Selu", 6, createSelu},
        {"Sigmoid", 6, createFunction<kernels::sigmoid>},
        {"Softplus", 1, createFunction<kernels::softplus>},
        {"Softsign", 1, createFunction<kernels::softsign>},
        {"ThresholdedRelu", 10, createOfAlpha<kernels::thresholdedRelu>},
    };
}

}  // namespace fovea::graph
