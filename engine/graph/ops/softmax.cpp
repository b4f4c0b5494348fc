#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"
#include "engine/kernels/array_reduce.h"
#include "engine/kernels/array_softmax.h"

namespace fovea::graph {
namespace {

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
        const auto compute = kLog ? kernels::logSoftmax : kernels::softmax;
        compute(m_around, inputs[0].data<float>(), outputs[0].data<float>());
        return {};
    }

private:
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
            if constexpr (!std::is_same_v<T, bool>) {
                const auto equals = m_last ? kernels::Equals::Last : kernels::Equals::First;
                const auto place = kLargest ? kernels::placeOfLargest<T> : kernels::placeOfSmallest<T>;
                place(m_around, equals, inputs[0].data<T>(), outputs[0].data<std::int64_t>());
            }
        });
        return {};
    }

private:
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
            if constexpr (!std::is_same_v<T, bool>) {
                kernels::runningSum(m_around, {m_exclusive, m_reverse}, inputs[0].data<T>(), outputs[0].data<T>());
            }
        });
        return {};
    }

private:
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
