#include <cmath>

#include "engine/graph/ops/binary.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/numbers.h"
#include "engine/kernels/array_arithmetic.h"
#include "engine/kernels/array_functions.h"
#include "engine/kernels/binary_rows.h"

namespace fovea::graph {
namespace {

using kernels::Arithmetic;

template <Arithmetic operation, BinaryTraits traits = {}>
struct OfNumbers {
    template <class T>
    static constexpr bool takes = !std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits = traits;
    template <class T>
    static void rows(const Strided<3>& walk, const T* a, const T* b, T* y) {
        kernels::arithmeticRows(operation, walk, a, b, y);
    }
};

using Add = OfNumbers<Arithmetic::Add>;
using Remainder = OfNumbers<Arithmetic::Remainder, BinaryTraits{.divides = true}>;  // fmod = 1

struct Modulo : OfNumbers<Arithmetic::Modulo, BinaryTraits{.divides = true}> {
    template <class T>
    static constexpr bool takes = std::is_integral_v<T> && !std::is_same_v<T, bool>;
};

Created createMod(const Node& node, int opset) {
    return node.integer("fmod", 0) != 0 ? create<Binary<Remainder>>(node, opset) : create<Binary<Modulo>>(node, opset);
}

/// Min, Max, Sum and Mean of any number of arrays: the first is repeated into the output, then the others join one by one.
template <class F, bool kMean = false>
class Variadic final : public Kernel {
public:
    Variadic(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, std::max<std::size_t>(inputs.size(), 1), inputs.size())) {
            return *wrong;
        }
        const ElementType type = inputs[0].info.type;
        Shape shape;
        for (const auto& input : inputs) {
            if (input.info.type != type || type == ElementType::Bool || (kMean && type != ElementType::Float)) {
                return typeError(input.info.type);
            }
            auto both = broadcastShape(shape, input.info.shape);
            if (!both) {
                return both.error();
            }
            shape = std::move(*both);
        }
        auto outputs = oneOutput(type, shape);
        if (outputs) {
            m_first.prepare(shape, broadcastStrides(inputs[0].info.shape, shape));
            m_walks.clear();
            for (std::size_t i = 1; i < inputs.size(); ++i) {
                m_walks.push_back(broadcastWalk<3>(shape, {&shape, &inputs[i].info.shape}));
            }
        }
        return outputs;
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        m_first.run(inputs[0], outputs[0]);
        withType(outputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (F::template takes<T>) {
                T* y = outputs[0].data<T>();
                for (std::size_t i = 1; i < inputs.size(); ++i) {
                    F::rows(m_walks[i - 1], y, inputs[i].data<T>(), y);
                }
                if constexpr (kMean && std::is_same_v<T, float>) {
                    kernels::scale(y, static_cast<std::int64_t>(outputs[0].count), 1.0F / static_cast<float>(inputs.size()));
                }
            }
        });
        return {};
    }

private:
    StridedCopy m_first;
    std::vector<Strided<3>> m_walks;
};

/// The power base^exponent. A product which overflows wraps around.
std::int64_t integerPower(std::int64_t base, std::int64_t exponent) {
    if (exponent < 0) {
        return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
    }
    std::uint64_t power = 1;
    auto factor = static_cast<std::uint64_t>(base);
    for (auto left = static_cast<std::uint64_t>(exponent); left != 0; left /= 2) {
        power = left % 2 != 0 ? power * factor : power;
        factor *= factor;
    }
    return static_cast<std::int64_t>(power);
}

/// The power of two numbers, at least one of which is an integer.
struct Power {
    template <class A, class B>
    A operator()(A base, B exponent) const {
        if constexpr (std::is_same_v<A, float>) {
            return std::pow(base, static_cast<float>(exponent));
        } else if constexpr (std::is_same_v<B, float>) {
            return towardsZero<A>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
        } else {
            return static_cast<A>(integerPower(base, exponent));
        }
    }
};

/// The result has the base's type; the exponent may have another.
class Pow final : public Kernel {
public:
    Pow(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        for (std::size_t i = 0; i < 2; ++i) {
            if (inputs[i].info.type == ElementType::Bool) {
                return typeError(ElementType::Bool);
            }
        }
        auto shape = broadcastShape(inputs[0].info.shape, inputs[1].info.shape);
        auto outputs = shape ? oneOutput(inputs[0].info.type, *shape) : Inferred(shape.error());
        if (outputs) {
            m_walk = broadcastWalk<3>(*shape, {&inputs[0].info.shape, &inputs[1].info.shape});
        }
        return outputs;
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class A>(std::type_identity<A>) {
            withType(inputs[1].type, [&]<class B>(std::type_identity<B>) {
                if constexpr (!std::is_same_v<A, bool> && !std::is_same_v<B, bool>) {
                    power(inputs[0].data<A>(), inputs[1].data<B>(), inputs[1].count, outputs[0].data<A>(), outputs[0].count);
                }
            });
        });
        return {};
    }

private:
    /// Squares, cubes and roots are most of what networks ask for.
    template <class A, class B>
    void power(const A* base, const B* exponents, std::size_t exponentCount, A* y, std::size_t count) const {
        if constexpr (std::is_same_v<A, float>) {
            const float only = exponentCount == 1 ? static_cast<float>(*exponents) : 0.0F;
            const auto known = only == 2.0F   ? kernels::power2
                               : only == 3.0F ? kernels::power3
                               : only == 0.5F ? kernels::powerHalf
                                              : nullptr;
            if (known != nullptr) {  // one exponent: y has as many values as the base
                known(base, y, static_cast<std::int64_t>(count));
                return;
            }
        }
        if constexpr (std::is_same_v<A, float> && std::is_same_v<B, float>) {
            kernels::powerRows(m_walk, base, exponents, y);
        } else {
            kernels::binaryRows(m_walk, base, exponents, y, Power());
        }
    }

    Strided<3> m_walk;
};

}  // namespace

std::vector<Operator> arithmeticOperators() {
    return joined(
        {
            {"Add", 7, create<Binary<Add>>},
            {"Div", 7, create<Binary<OfNumbers<Arithmetic::Div, BinaryTraits{.divides = true}>>>},
            {"Max", 8, create<Variadic<OfNumbers<Arithmetic::Maximum>>>},
            {"Mean", 8, create<Variadic<Add, true>>},
            {"Min", 8, create<Variadic<OfNumbers<Arithmetic::Minimum>>>},
            {"Mod", 10, createMod},
            {"Mul", 7, create<Binary<OfNumbers<Arithmetic::Mul>>>},
            {"PRelu", 7, create<Binary<OfNumbers<Arithmetic::PRelu, BinaryTraits{.oneWay = true}>>>},
            {"Pow", 7, create<Pow>},
            {"Sub", 7, create<Binary<OfNumbers<Arithmetic::Sub>>>},
            {"Sum", 8, create<Variadic<Add>>},
        },
        {logicOperators()});
}

}  // namespace fovea::graph
