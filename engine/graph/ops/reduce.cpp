#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"
#include "engine/kernels/array_reduce.h"

namespace fovea::graph {
namespace {

using kernels::Reduction;

/// Axes, shapes and the walk of a reduction. The axes are an attribute before opset 18 (ReduceSum: 13), an input after.
class Reducing : public Kernel {
public:
    Reducing(const Node& node, int opset)
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

    [[nodiscard]] std::size_t scratchBytes() const override { return m_sizes.count * sizeof(double); }

protected:
    [[nodiscard]] virtual bool computes(ElementType type) const { return type != ElementType::Bool; }

    kernels::ReductionSizes m_sizes;

private:
    Inferred reduced(const ArrayInfo& from, const std::vector<bool>& chosen) {
        Shape kept;
        Shape shape;
        m_sizes.reduced = 1;
        for (std::size_t axis = 0; axis < from.shape.size(); ++axis) {
            kept.push_back(chosen[axis] ? 1 : from.shape[axis]);
            m_sizes.reduced *= chosen[axis] ? from.shape[axis] : 1;
            if (m_keep || !chosen[axis]) {
                shape.push_back(kept.back());
            }
        }
        auto outputs = oneOutput(from.type, std::move(shape));
        if (outputs) {
            m_sizes.count = *checkedBytes(ElementType::Bool, kept);
            Shape strides = stridesOf(kept);
            for (std::size_t axis = 0; axis < chosen.size(); ++axis) {
                strides[axis] = chosen[axis] ? 0 : strides[axis];
            }
            m_sizes.walk = {from.shape, {std::move(strides), stridesOf(from.shape)}};
            m_sizes.walk.collapse();
        }
        return outputs;
    }

    bool m_attribute;
    bool m_keep;
    bool m_noneMeansNone;
    std::vector<std::int64_t> m_axes;
};

template <Reduction reduction>
class Reduce final : public Reducing {
public:
    using Reducing::Reducing;

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (!std::is_same_v<T, bool>) {
                kernels::reduce(reduction, m_sizes, inputs[0].data<T>(), outputs[0].data<T>(), scratch);
            }
        });
        return {};
    }

protected:
    [[nodiscard]] bool computes(ElementType type) const override {
        return type == ElementType::Float || (type != ElementType::Bool && reduction != Reduction::LogSum);
    }
};

class LogSumExp final : public Reducing {
public:
    using Reducing::Reducing;

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token&) override {
        kernels::reduceLogSumExp(m_sizes, inputs[0].data<float>(), outputs[0].data<float>(), scratch);
        return {};
    }

protected:
    [[nodiscard]] bool computes(ElementType type) const override { return type == ElementType::Float; }
};

}  // namespace

std::vector<Operator> reduceOperators() {
    return joined(
        {
            {"ReduceL1", 1, create<Reduce<Reduction::L1>>},
            {"ReduceL2", 1, create<Reduce<Reduction::L2>>},
            {"ReduceLogSum", 1, create<Reduce<Reduction::LogSum>>},
            {"ReduceLogSumExp", 1, create<LogSumExp>},
            {"ReduceMax", 1, create<Reduce<Reduction::Max>>},
            {"ReduceMean", 1, create<Reduce<Reduction::Mean>>},
            {"ReduceMin", 1, create<Reduce<Reduction::Min>>},
            {"ReduceProd", 1, create<Reduce<Reduction::Prod>>},
            {"ReduceSum", 1, create<Reduce<Reduction::Sum>>},
            {"ReduceSumSquare", 1, create<Reduce<Reduction::SumSquare>>},
        },
        {softmaxOperators()});
}

}  // namespace fovea::graph
