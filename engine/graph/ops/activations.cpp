#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/SpecialFunctions>

#include "engine/graph/ops/elementwise.h"
#include "engine/graph/ops/families.h"

namespace fovea::graph {
namespace {

struct Sigmoid {
    // Eigen's logistic() loses digits where the result is small: it subtracts from a half.
    void operator()(FloatsIn x, FloatsOut y) const { y = 1.0F / (1.0F + (-x).exp()); }
};

struct HardSigmoid {
    explicit HardSigmoid(const Node& node) : alpha(node.real("alpha", 0.2F)), beta(node.real("beta", 0.5F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = (x * alpha + beta).min(1.0F).max(0.0F); }
    float alpha;
    float beta;
};

struct HardSwish {
    void operator()(FloatsIn x, FloatsOut y) const { y = x * (x * (1.0F / 6.0F) + 0.5F).min(1.0F).max(0.0F); }
};

struct LeakyRelu {
    explicit LeakyRelu(const Node& node) : alpha(node.real("alpha", 0.01F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = x.max(0.0F) + alpha * x.min(0.0F); }
    float alpha;
};

struct Elu {
    explicit Elu(const Node& node) : alpha(node.real("alpha", 1.0F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = x.max(0.0F) + alpha * x.min(0.0F).expm1(); }
    float alpha;
};

struct Celu {
    explicit Celu(const Node& node) : alpha(node.real("alpha", 1.0F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = x.max(0.0F) + alpha * (x.min(0.0F) / alpha).expm1(); }
    float alpha;
};

struct Selu {
    explicit Selu(const Node& node)
        : alpha(node.real("alpha", 1.67326319217681884765625F)), gamma(node.real("gamma", 1.05070102214813232421875F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = gamma * (x.max(0.0F) + alpha * x.min(0.0F).expm1()); }
    float alpha;
    float gamma;
};

struct Softplus {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.max(0.0F) + (-x.abs()).exp().log1p(); }
};

struct Softsign {
    void operator()(FloatsIn x, FloatsOut y) const { y = x / (1.0F + x.abs()); }
};

/// x·tanh(log(1 + eˣ)) = x·n/(n + 2) with n = eˣ(eˣ + 2); from 20 on the quotient is 1.
struct Mish {
    void operator()(FloatsIn x, FloatsOut y) const {
        y = x.min(20.0F).exp();
        y = y * (y + 2.0F);
        y = x * (y / (y + 2.0F));
    }
};

struct ThresholdedRelu {
    explicit ThresholdedRelu(const Node& node) : alpha(node.real("alpha", 1.0F)) {}
    void operator()(FloatsIn x, FloatsOut y) const { y = (x > alpha).select(x, 0.0F); }
    float alpha;
};

struct GeluOfErf {
    void operator()(FloatsIn x, FloatsOut y) const { y = x * (0.5F + 0.5F * (x * std::sqrt(0.5F)).erf()); }
};

struct GeluOfTanh {
    void operator()(FloatsIn x, FloatsOut y) const {
        constexpr float kRootOfTwoOverPi = 0.797884560802865F;
        y = x * (0.5F + 0.5F * (kRootOfTwoOverPi * x * (1.0F + 0.044715F * x * x)).tanh());
    }
};

Created createGelu(const Node& node, int opset) {
    const std::string approximate = node.text("approximate", "none");
    if (approximate == "none") {
        return create<OfFloats<GeluOfErf>>(node, opset);
    }
    return approximate == "tanh" ? create<OfFloats<GeluOfTanh>>(node, opset) : Created(attributeError("approximate"));
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
            const T* x = inputs[0].data<T>();
            T* y = outputs[0].data<T>();
            for (std::size_t i = 0; i < outputs[0].count; ++i) {
                const T least = x[i] < low ? low : x[i];
                y[i] = least > high ? high : least;
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
        {"Celu", 12, create<OfFloats<Celu>>},
        {"Clip", 6, create<Clip>},
        {"Elu", 6, create<OfFloats<Elu>>},
        {"Gelu", 20, createGelu},
        {"HardSigmoid", 6, create<OfFloats<HardSigmoid>>},
        {"HardSwish", 14, create<OfFloats<HardSwish>>},
        {"LeakyRelu", 6, create<OfFloats<LeakyRelu>>},
        {"Mish", 18, create<OfFloats<Mish>>},
        {"Selu", 6, create<OfFloats<Selu>>},
        {"Sigmoid", 6, create<OfFloats<Sigmoid>>},
        {"Softplus", 1, create<OfFloats<Softplus>>},
        {"Softsign", 1, create<OfFloats<Softsign>>},
        {"ThresholdedRelu", 10, create<OfFloats<ThresholdedRelu>>},
    };
}

}  // namespace fovea::graph
