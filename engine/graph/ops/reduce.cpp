#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/numbers.h"
#include "engine/graph/ops/strided.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

/// Axes, shapes and the walk of a reduction. The axes are an attribute before opset 18 (ReduceSum: 13), an input after.
class Reduction : public Kernel {
public:
    Reduction(const Node& node, int opset)
        : m_attribute(opset < (node.op == "ReduceSum" ? 13 : 18)),
          m_keep(node.integer("keepdims", 1) != 0),
          m_noneMeansNone(node.integer("noop_with_empty_axes", 0) != 0),
          m_axes(node.integers("axes", {})) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, m_attribute ? 1 : 2)) {
            return *wrong;
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const ArrayInfo& from = inputs[0].info;
        if (!computes(from.type)) {
            return typeError(from.type);
        }
        auto axes = given(inputs, 1) ? integersOf(inputs[1]) : Result(m_attribute ? m_axes : std::vector<std::int64_t>{});
        auto chosen = axes ? axesOf(*axes, from.shape.size()) : Result<std::vector<bool>>(axes.error());
        if (!chosen) {
            return chosen.error();
        }
        if (axes->empty() && !(m_noneMeansNone && !m_attribute)) {
            chosen->assign(from.shape.size(), true);
        }
        return reduced(from, *chosen);
    }

    [[nodiscard]] std::size_t scratchBytes() const override { return m_count * sizeof(double); }

protected:
    [[nodiscard]] virtual bool computes(ElementType type) const { return type != ElementType::Bool; }

    Strided<2> m_walk;           ///< operand 0: output, 1: input
    std::int64_t m_reduced = 0;  ///< elements of the input for each of the output
    std::size_t m_count = 0;     ///< elements of the output

private:
    Inferred reduced(const ArrayInfo& from, const std::vector<bool>& chosen) {
        Shape kept;
        Shape shape;
        m_reduced = 1;
        for (std::size_t axis = 0; axis < from.shape.size(); ++axis) {
            kept.push_back(chosen[axis] ? 1 : from.shape[axis]);
            m_reduced *= chosen[axis] ? from.shape[axis] : 1;
            if (m_keep || !chosen[axis]) {
                shape.push_back(kept.back());
            }
        }
        auto outputs = oneOutput(from.type, std::move(shape));
        if (outputs) {
            m_count = *checkedBytes(ElementType::Bool, kept);
            Shape strides = stridesOf(kept);
            for (std::size_t axis = 0; axis < chosen.size(); ++axis) {
                strides[axis] = chosen[axis] ? 0 : strides[axis];
            }
            m_walk = {from.shape, {std::move(strides), stridesOf(from.shape)}};
            m_walk.collapse();
        }
        return outputs;
    }

    bool m_attribute;
    bool m_keep;
    bool m_noneMeansNone;
    std::vector<std::int64_t> m_axes;
};

/// Sums are kept in double, integers in 64 bits that wrap; Max and Min stay in the elements' type.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, std::uint64_t>;

struct Sum {
    template <class T>
    using Kept = Wide<T>;
    template <class T>
    static constexpr Kept<T> kStart = 0;
    template <class A>
    static A map(A x) {
        return x;
    }
    template <class A>
    static A join(A a, A b) {
        return a + b;
    }
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(sum);
    }
};

struct Mean : Sum {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t count) {
        if constexpr (std::is_integral_v<T>) {
            return count == 0 ? T(0) : static_cast<T>(static_cast<std::int64_t>(sum) / count);
        } else {
            return static_cast<T>(sum / static_cast<double>(count));
        }
    }
};

struct L1 : Sum {
    template <class A>
    static A map(A x) {
        if constexpr (std::is_integral_v<A>) {
            return static_cast<std::int64_t>(x) < 0 ? A(0) - x : x;
        } else {
            return std::abs(x);
        }
    }
};

struct SumSquare : Sum {
    template <class A>
    static A map(A x) {
        return x * x;
    }
};

struct L2 : SumSquare {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(std::sqrt(static_cast<double>(sum)));
    }
};

struct LogSum : Sum {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(std::log(sum));
    }
};

struct Prod : Sum {
    template <class T>
    static constexpr Kept<T> kStart = 1;
    template <class A>
    static A join(A a, A b) {
        return a * b;
    }
};

struct Extreme {
    template <class T>
    using Kept = T;
    template <class A>
    static A map(A x) {
        return x;
    }
    template <class T>
    static T finish(T value, std::int64_t) {
        return value;
    }
};

struct Max : Extreme {
    template <class T>
    static constexpr T kStart = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                                     : std::numeric_limits<T>::lowest();
    template <class A>
    static A join(A a, A b) {
        return a > b || a != a ? a : b;  // NaN in either wins
    }
};

struct Min : Extreme {
    template <class T>
    static constexpr T kStart = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                                     : std::numeric_limits<T>::max();
    template <class A>
    static A join(A a, A b) {
        return a < b || a != a ? a : b;
    }
};

/// All elements of a row as one, in eight lanes which the compiler makes vectors of.
template <class F, class T, class A = typename F::template Kept<T>>
A reduceRow(const T* x, std::int64_t count) {
    constexpr std::int64_t kLanes = 8;
    std::array<A, kLanes> lanes;
    lanes.fill(F::template kStart<T>);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            lanes[lane] = F::join(lanes[lane], F::map(static_cast<A>(x[i + static_cast<std::int64_t>(lane)])));
        }
    }
    for (; i < count; ++i) {
        lanes[0] = F::join(lanes[0], F::map(static_cast<A>(x[i])));
    }
    for (std::size_t lane = 1; lane < kLanes; ++lane) {
        lanes[0] = F::join(lanes[0], lanes[lane]);
    }
    return lanes[0];
}

template <class F>
class Reduce final : public Reduction {
public:
    using Reduction::Reduction;

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (!std::is_same_v<T, bool>) {
                using A = typename F::template Kept<T>;
                auto* kept = static_cast<A*>(static_cast<void*>(scratch));
                std::uninitialized_fill_n(kept, m_count, F::template kStart<T>);
                gather(inputs[0].data<T>(), kept);
                T* y = outputs[0].data<T>();
                for (std::size_t i = 0; i < m_count; ++i) {
                    y[i] = F::template finish<T>(kept[i], m_reduced);
                }
            }
        });
        return {};
    }

protected:
    [[nodiscard]] bool computes(ElementType type) const override {
        return type == ElementType::Float || (type != ElementType::Bool && !std::is_same_v<F, LogSum>);
    }

private:
    template <class T, class A>
    void gather(const T* x, A* kept) const {
        forEachRow(m_walk, [&](const auto& at) {
            const T* row = x + at[1];
            A* target = kept + at[0];
            if (m_walk.innerStride(0) == 0) {
                *target = F::join(*target, reduceRow<F, T>(row, m_walk.inner()));
            } else {
                for (std::int64_t i = 0; i < m_walk.inner(); ++i) {
                    target[i] = F::join(target[i], F::map(static_cast<A>(row[i])));
                }
            }
        });
    }
};

/// log Σ eˣ, with the largest x taken out before the exponential.
class LogSumExp final : public Reduction {
public:
    using Reduction::Reduction;

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token&) override {
        auto* sums = static_cast<double*>(static_cast<void*>(scratch));
        float* largest = outputs[0].data<float>();
        std::uninitialized_fill_n(sums, m_count, 0.0);
        std::fill_n(largest, m_count, Max::kStart<float>);
        const float* x = inputs[0].data<float>();
        const std::int64_t step = m_walk.innerStride(0);
        const auto each = [&](auto&& visit) {
            forEachRow(m_walk, [&](const auto& at) {
                for (std::int64_t i = 0; i < m_walk.inner(); ++i) {
                    visit(at[0] + i * step, x[at[1] + i]);
                }
            });
        };
        each([&](std::int64_t to, float value) { largest[to] = Max::join(largest[to], value); });
        each([&](std::int64_t to, float value) { sums[to] += std::exp(static_cast<double>(value) - shift(largest[to])); });
        for (std::size_t i = 0; i < m_count; ++i) {
            largest[i] = static_cast<float>(std::log(sums[i]) + shift(largest[i]));
        }
        return {};
    }

protected:
    [[nodiscard]] bool computes(ElementType type) const override { return type == ElementType::Float; }

private:
    static double shift(float largest) { return std::isfinite(largest) ? static_cast<double>(largest) : 0.0; }
};

}  // namespace

std::vector<Operator> reduceOperators() {
    return joined(
        {
            {"ReduceL1", 1, create<Reduce<L1>>},
            {"ReduceL2", 1, create<Reduce<L2>>},
            {"ReduceLogSum", 1, create<Reduce<LogSum>>},
            {"ReduceLogSumExp", 1, create<LogSumExp>},
            {"ReduceMax", 1, create<Reduce<Max>>},
            {"ReduceMean", 1, create<Reduce<Mean>>},
            {"ReduceMin", 1, create<Reduce<Min>>},
            {"ReduceProd", 1, create<Reduce<Prod>>},
            {"ReduceSum", 1, create<Reduce<Sum>>},
            {"ReduceSumSquare", 1, create<Reduce<SumSquare>>},
        },
        {softmaxOperators()});
}

}  // namespace fovea::graph
