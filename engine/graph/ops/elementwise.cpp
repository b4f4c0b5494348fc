#include <Eigen/Core>
#include <cmath>
#include <type_traits>
#include <unsupported/Eigen/SpecialFunctions>

#include "engine/graph/ops/elementwise.h"
#include "engine/graph/ops/families.h"

namespace fovea::graph {
namespace {

/// One value at a time, for integers too: F::takes<T> and F()(T).
template <class F>
class EachValue final : public Kernel {
public:
    EachValue(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        const bool taken = withType(info.type, []<class T>(std::type_identity<T>) { return F::template takes<T>; });
        return taken ? oneOutput(info.type, info.shape) : Inferred(typeError(info.type));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (F::template takes<T>) {
                const T* x = inputs[0].data<T>();
                T* y = outputs[0].data<T>();
                for (std::size_t i = 0; i < outputs[0].count; ++i) {
                    y[i] = F()(x[i]);
                }
            }
        });
        return {};
    }
};

struct OfNumbers {
    template <class T>
    static constexpr bool takes = !std::is_same_v<T, bool>;
};

struct Relu : OfNumbers {
    template <class T>
    T operator()(T x) const {
        return x < T(0) ? T(0) : x;  // keeps NaN
    }
};

struct Negative : OfNumbers {
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_integral_v<T>) {
            return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x));  // the least one stays
        } else {
            return -x;
        }
    }
};

struct Absolute : OfNumbers {
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_integral_v<T>) {
            return x < 0 ? Negative()(x) : x;
        } else {
            return std::abs(x);
        }
    }
};

struct Sign : OfNumbers {
    template <class T>
    T operator()(T x) const {
        return x > T(0) ? T(1) : x < T(0) ? T(-1) : x;
    }
};

struct Not {
    template <class T>
    static constexpr bool takes = std::is_same_v<T, bool>;
    bool operator()(bool x) const { return !x; }
};

struct Ceil {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.ceil(); }
};
struct Cos {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.cos(); }
};
struct Erf {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.erf(); }
};
struct Exp {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.exp(); }
};
struct Floor {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.floor(); }
};
struct Log {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.log(); }
};
struct Reciprocal {
    void operator()(FloatsIn x, FloatsOut y) const { y = 1.0F / x; }
};
struct Round {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.rint(); }  // halves to the even neighbour
};
struct Sin {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.sin(); }
};
struct Sqrt {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.sqrt(); }
};
struct Tanh {
    void operator()(FloatsIn x, FloatsOut y) const { y = x.tanh(); }
};

}  // namespace

std::vector<Operator> joined(std::vector<Operator> first, std::initializer_list<std::vector<Operator>> others) {
    for (const auto& other : others) {
        first.insert(first.end(), other.begin(), other.end());
    }
    return first;
}

std::vector<Operator> elementwiseOperators() {
    return joined(
        {
            {"Abs", 6, create<EachValue<Absolute>>},
            {"Ceil", 6, create<OfFloats<Ceil>>},
            {"Cos", 7, create<OfFloats<Cos>>},
            {"Erf", 9, create<OfFloats<Erf>>},
            {"Exp", 6, create<OfFloats<Exp>>},
            {"Floor", 6, create<OfFloats<Floor>>},
            {"Log", 6, create<OfFloats<Log>>},
            {"Neg", 6, create<EachValue<Negative>>},
            {"Not", 1, create<EachValue<Not>>},
            {"Reciprocal", 6, create<OfFloats<Reciprocal>>},
            {"Relu", 6, create<EachValue<Relu>>},
            {"Round", 11, create<OfFloats<Round>>},
            {"Sign", 9, create<EachValue<Sign>>},
            {"Sin", 7, create<OfFloats<Sin>>},
            {"Sqrt", 6, create<OfFloats<Sqrt>>},
            {"Tanh", 6, create<OfFloats<Tanh>>},
        },
        {activationOperators()});
}

}  // namespace fovea::graph
