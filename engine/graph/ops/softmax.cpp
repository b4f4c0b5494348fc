#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

using Values = Eigen::Map<const Eigen::ArrayXf>;
using Target = Eigen::Map<Eigen::ArrayXf>;

/// Softmax or its logarithm: along one axis from opset 13 on; before, over all axes from that one on.
template <bool kLog>
class Softmax final : public Kernel {
public:
    Softmax(const Node& node, int opset) : m_axis(node.integer("axis", opset < 13 ? 1 : -1)), m_flat(opset < 13) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        if (from.type != ElementType::Float) {
            return typeError(from.type);
        }
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        m_around = m_flat ? AroundAxis{product(from.shape, 0, *axis), product(from.shape, *axis, from.shape.size()), 1}
                          : aroundAxis(from.shape, *axis);
        return oneOutput(from.type, from.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const float* x = inputs[0].data<float>();
        float* y = outputs[0].data<float>();
        const std::int64_t block = m_around.extent * m_around.inner;
        for (std::int64_t outer = 0; block != 0 && outer < m_around.outer; ++outer, x += block, y += block) {
            if (m_around.inner == 1) {
                alongRow(Values(x, block), Target(y, block));
            } else {
                for (std::int64_t first = 0; first < m_around.inner; first += kColumns) {
                    alongColumns(x + first, y + first, std::min(kColumns, m_around.inner - first));
                }
            }
        }
        return {};
    }

private:
    static constexpr std::int64_t kColumns = 64;
    using Column = Eigen::Array<float, Eigen::Dynamic, 1, 0, kColumns, 1>;  // on the stack

    static void alongRow(const Values& x, Target y) {
        const float largest = x.maxCoeff();
        if constexpr (kLog) {
            y = (x - largest).exp();
            y = x - largest - std::log(y.sum());
        } else {
            y = (x - largest).exp();
            y *= 1.0F / y.sum();
        }
    }

    /// Neighbouring columns at once, so that every step is a vector.
    void alongColumns(const float* x, float* y, std::int64_t columns) const {
        Column largest = Values(x, columns);
        for (std::int64_t i = 1; i < m_around.extent; ++i) {
            largest = largest.max(Values(x + i * m_around.inner, columns));
        }
        Column sum = Column::Zero(columns);
        for (std::int64_t i = 0; i < m_around.extent; ++i) {
            Target row(y + i * m_around.inner, columns);
            row = (Values(x + i * m_around.inner, columns) - largest).exp();
            sum += row;
        }
        sum = kLog ? Column(sum.log() + largest) : Column(sum.inverse());
        for (std::int64_t i = 0; i < m_around.extent; ++i) {
            Target row(y + i * m_around.inner, columns);
            if constexpr (kLog) {
                row = Values(x + i * m_around.inner, columns) - sum;
            } else {
                row *= sum;
            }
        }
    }

    std::int64_t m_axis;
    bool m_flat;
    AroundAxis m_around;
};

/// ArgMax and ArgMin: the first of equal ones, or the last when select_last_index says so.
template <bool kLargest>
class ArgExtreme final : public Kernel {
public:
    ArgExtreme(const Node& node, int)
        : m_axis(node.integer("axis", 0)),
          m_keep(node.integer("keepdims", 1) != 0),
          m_last(node.integer("select_last_index", 0) != 0) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        if (from.type == ElementType::Bool) {
            return typeError(from.type);
        }
        m_around = aroundAxis(from.shape, *axis);
        Shape shape = from.shape;
        shape[*axis] = 1;
        if (from.shape[*axis] == 0 && checkedBytes(ElementType::Bool, shape) != std::size_t{0}) {
            return shapeError(from.shape, shape);
        }
        if (!m_keep) {
            shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*axis));
        }
        return oneOutput(ElementType::Int64, std::move(shape));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            const T* x = inputs[0].data<T>();
            std::int64_t* y = outputs[0].data<std::int64_t>();
            for (std::size_t cell = 0; cell < outputs[0].count; ++cell) {
                const auto at = static_cast<std::int64_t>(cell);
                const T* first = x + at / m_around.inner * m_around.extent * m_around.inner + at % m_around.inner;
                y[cell] = find(first);
            }
        });
        return {};
    }

private:
    template <class T>
    [[nodiscard]] std::int64_t find(const T* first) const {
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < m_around.extent; ++i) {
            const T value = first[i * m_around.inner];
            const T other = first[best * m_around.inner];
            const bool better = kLargest ? value > other : value < other;
            best = better || (m_last && value == other) ? i : best;
        }
        return best;
    }

    std::int64_t m_axis;
    bool m_keep;
    bool m_last;
    AroundAxis m_around;
};

class CumSum final : public Kernel {
public:
    CumSum(const Node& node, int) : m_exclusive(node.integer("exclusive", 0) != 0), m_reverse(node.integer("reverse", 0) != 0) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        if (from.type == ElementType::Bool) {
            return typeError(from.type);
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const auto axes = integersOf(inputs[1]);
        if (!axes || axes->size() != 1) {
            return axes ? inputError(1) : axes.error();
        }
        const auto axis = axisOf(axes->front(), from.shape.size());
        if (!axis) {
            return axis.error();
        }
        m_around = aroundAxis(from.shape, *axis);
        return oneOutput(from.type, from.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            const std::int64_t block = m_around.extent * m_around.inner;
            for (std::int64_t outer = 0; outer < m_around.outer; ++outer) {
                for (std::int64_t inner = 0; block != 0 && inner < m_around.inner; ++inner) {
                    sum(inputs[0].data<T>() + outer * block + inner, outputs[0].data<T>() + outer * block + inner);
                }
            }
        });
        return {};
    }

private:
    template <class T>
    void sum(const T* x, T* y) const {
        using Wide = std::conditional_t<std::is_same_v<T, float>, double, std::uint64_t>;
        Wide total = 0;
        for (std::int64_t i = 0; i < m_around.extent; ++i) {
            const std::int64_t at = (m_reverse ? m_around.extent - 1 - i : i) * m_around.inner;
            const Wide with = total + static_cast<Wide>(x[at]);
            y[at] = static_cast<T>(m_exclusive ? total : with);
            total = with;
        }
    }

    bool m_exclusive;
    bool m_reverse;
    AroundAxis m_around;
};

}  // namespace

std::vector<Operator> softmaxOperators() {
    return {
        {"ArgMax", 1, create<ArgExtreme<true>>},  {"ArgMin", 1, create<ArgExtreme<false>>}, {"CumSum", 11, create<CumSum>},
        {"LogSoftmax", 1, create<Softmax<true>>}, {"Softmax", 1, create<Softmax<false>>},
    };
}

}  // namespace fovea::graph
