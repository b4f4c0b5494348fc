#include <functional>

#include "engine/graph/ops/binary.h"
#include "engine/graph/ops/families.h"
#include "engine/kernels/array_arithmetic.h"
#include "engine/kernels/binary_rows.h"

namespace fovea::graph {
namespace {

using kernels::Comparison;

template <Comparison comparison>
struct Compared {
    template <class T>
    static constexpr bool takes = comparison == Comparison::Equal || !std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{.logical = true};
    template <class T>
    static void rows(const Strided<3>& walk, const T* a, const T* b, bool* y) {
        kernels::comparisonRows(comparison, walk, a, b, y);
    }
};

template <class F>
struct OfBools {
    template <class T>
    static constexpr bool takes = std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{.logical = true};
    static void rows(const Strided<3>& walk, const bool* a, const bool* b, bool* y) { kernels::binaryRows(walk, a, b, y, F()); }
};

/// Where(condition, a, b): all three are repeated to one shape.
class Where final : public Kernel {
public:
    Where(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 3, 3)) {
            return *wrong;
        }
        const ArrayInfo& a = inputs[1].info;
        const ArrayInfo& b = inputs[2].info;
        if (inputs[0].info.type != ElementType::Bool) {
            return typeError(inputs[0].info.type);
        }
        if (b.type != a.type) {
            return typeError(b.type);
        }
        const auto values = broadcastShape(a.shape, b.shape);
        const auto shape = values ? broadcastShape(inputs[0].info.shape, *values) : values;
        auto outputs = shape ? oneOutput(a.type, *shape) : Inferred(shape.error());
        if (outputs) {
            m_walk = broadcastWalk<4>(*shape, {&inputs[0].info.shape, &a.shape, &b.shape});
        }
        return outputs;
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const bool* conditions = inputs[0].data<bool>();
        withType(outputs[0].type, [&]<class T>(std::type_identity<T>) {
            const std::int64_t conditionStride = m_walk.innerStride(1);
            const std::int64_t aStride = m_walk.innerStride(2);
            const std::int64_t bStride = m_walk.innerStride(3);
            forEachRow(m_walk, [&](const auto& at) {
                const bool* condition = conditions + at[1];
                const T* a = inputs[1].data<T>() + at[2];
                const T* b = inputs[2].data<T>() + at[3];
                T* y = outputs[0].data<T>() + at[0];
                for (std::int64_t i = 0; i < m_walk.inner(); ++i) {
                    y[i] = condition[i * conditionStride] ? a[i * aStride] : b[i * bStride];
                }
            });
        });
        return {};
    }

private:
    Strided<4> m_walk;
};

}  // namespace

std::vector<Operator> logicOperators() {
    return {
        {"And", 7, create<Binary<OfBools<std::logical_and<bool>>>>},
        {"Equal", 7, create<Binary<Compared<Comparison::Equal>>>},
        {"Greater", 7, create<Binary<Compared<Comparison::Greater>>>},
        {"GreaterOrEqual", 12, create<Binary<Compared<Comparison::GreaterOrEqual>>>},
        {"Less", 7, create<Binary<Compared<Comparison::Less>>>},
        {"LessOrEqual", 12, create<Binary<Compared<Comparison::LessOrEqual>>>},
        {"Or", 7, create<Binary<OfBools<std::logical_or<bool>>>>},
        {"Where", 9, create<Where>},
        {"Xor", 7, create<Binary<OfBools<std::not_equal_to<bool>>>>},
    };
}

}  // namespace fovea::graph
