#include <cmath>

#include "engine/graph/ops/binary.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/numbers.h"

namespace fovea::graph {
namespace {

struct OfNumbers {
    template <class T>
    static constexpr bool takes = !std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{};
};

/// f(a, b); integers in their unsigned type, where an overflow wraps.
template <class T, class F>
T wrapping(T a, T b, F f) {
    if constexpr (std::is_integral_v<T>) {
        using U = std::make_unsigned_t<T>;
        return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
    } else {
        return f(a, b);
    }
}

struct Add : OfNumbers {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x + y; });
    }
};

struct Sub : OfNumbers {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x - y; });
    }
};

struct Mul : OfNumbers {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x * y; });
    }
};

struct Div : OfNumbers {
    static constexpr BinaryTraits kTraits{.divides = true};
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_integral_v<T>) {
            return b == -1 ? Sub()(T(0), a) : a / b;  // the least number by −1 would trap
        } else {
            return a / b;
        }
    }
};

/// The remainder with the sign of the dividend (fmod = 1).
struct Remainder : OfNumbers {
    static constexpr BinaryTraits kTraits{.divides = true};
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_integral_v<T>) {
            return b == -1 ? T(0) : a % b;
        } else {
            return std::fmod(a, b);
        }
    }
};

/// The remainder with the sign of the divisor, of integers.
struct Modulo {
    template <class T>
    static constexpr bool takes = std::is_integral_v<T> && !std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{.divides = true};
    template <class T>
    T operator()(T a, T b) const {
        const T rest = Remainder()(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
};

Created createMod(const Node& node, int opset) {
    return node.integer("fmod", 0) != 0 ? create<Binary<Remainder>>(node, opset) : create<Binary<Modulo>>(node, opset);
}

struct PRelu : OfNumbers {
    static constexpr BinaryTraits kTraits{.oneWay = true};
    template <class T>
    T operator()(T x, T slope) const {
        return x < T(0) ? Mul()(x, slope) : x;
    }
};

struct Minimum : OfNumbers {
    template <class T>
    T operator()(T a, T b) const {
        return a < b || a != a ? a : b;  // NaN in either wins
    }
};

struct Maximum : OfNumbers {
    template <class T>
    T operator()(T a, T b) const {
        return a > b || a != a ? a : b;
    }
};

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
                    binaryRows(m_walks[i - 1], y, inputs[i].data<T>(), y, F());
                }
                if constexpr (kMean && std::is_same_v<T, float>) {
                    const auto share = 1.0F / static_cast<float>(inputs.size());
                    std::for_each(y, y + outputs[0].count, [share](float& value) { value *= share; });
                }
            }
        });
        return {};
    }

private:
    StridedCopy m_first;
    std::vector<Strided<3>> m_walks;
};

template <class T>
T integerPower(T base, T exponent) {
    if (exponent < 0) {
        return base == 1 ? T(1) : base == -1 ? (exponent % 2 == 0 ? T(1) : T(-1)) : T(0);
    }
    T power = 1;
    for (auto left = static_cast<std::make_unsigned_t<T>>(exponent); left != 0; left /= 2) {
        power = left % 2 != 0 ? Mul()(power, base) : power;
        base = Mul()(base, base);
    }
    return power;
}

struct Power {
    template <class A, class B>
    A operator()(A base, B exponent) const {
        if constexpr (std::is_same_v<A, float>) {
            return std::pow(base, static_cast<float>(exponent));
        } else if constexpr (std::is_same_v<B, float>) {
            return towardsZero<A>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
        } else {
            return static_cast<A>(integerPower<std::int64_t>(base, exponent));
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
                    power(inputs[0].data<A>(), inputs[1].data<B>(), inputs[1].count, outputs[0].data<A>());
                }
            });
        });
        return {};
    }

private:
    /// Squares, cubes and roots are most of what networks ask for.
    template <class A, class B>
    void power(const A* base, const B* exponents, std::size_t exponentCount, A* y) const {
        if constexpr (std::is_same_v<A, float>) {
            const float only = exponentCount == 1 ? static_cast<float>(*exponents) : 0.0F;
            if (only == 2.0F) {
                binaryRows(m_walk, base, exponents, y, [](float x, B) { return x * x; });
                return;
            }
            if (only == 3.0F) {
                binaryRows(m_walk, base, exponents, y, [](float x, B) { return x * x * x; });
                return;
            }
            if (only == 0.5F) {
                binaryRows(m_walk, base, exponents, y, [](float x, B) { return std::sqrt(x); });
                return;
            }
        }
        binaryRows(m_walk, base, exponents, y, Power());
    }

    Strided<3> m_walk;
};

}  // namespace

std::vector<Operator> arithmeticOperators() {
    return joined(
        {
            {"Add", 7, create<Binary<Add>>},
            {"Div", 7, create<Binary<Div>>},
            {"Max", 8, create<Variadic<Maximum>>},
            {"Mean", 8, create<Variadic<Add, true>>},
            {"Min", 8, create<Variadic<Minimum>>},
            {"Mod", 10, createMod},
            {"Mul", 7, create<Binary<Mul>>},
            {"PRelu", 7, create<Binary<PRelu>>},
            {"Pow", 7, create<Pow>},
            {"Sub", 7, create<Binary<Sub>>},
            {"Sum", 8, create<Variadic<Add>>},
        },
        {logicOperators()});
}

}  // namespace fovea::graph
