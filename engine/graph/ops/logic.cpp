#include "engine/graph/ops/binary.h"
#include "engine/graph/ops/families.h"

namespace fovea::graph {
namespace {

struct OfAll {
    template <class T>
    static constexpr bool takes = true;
    static constexpr BinaryTraits kTraits{.logical = true};
};

struct OfNumbers {
    template <class T>
    static constexpr bool takes = !std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{.logical = true};
};

struct OfBools {
    template <class T>
    static constexpr bool takes = std::is_same_v<T, bool>;
    static constexpr BinaryTraits kTraits{.logical = true};
};

struct Equal : OfAll {
    template <class T>
    bool operator()(T a, T b) const {
        return a == b;
    }
};

struct Less : OfNumbers {
    template <class T>
    bool operator()(T a, T b) const {
        return a < b;
    }
};

struct LessOrEqual : OfNumbers {
    template <class T>
    bool operator()(T a, T b) const {
        return a <= b;
    }
};

struct Greater : OfNumbers {
    template <class T>
    bool operator()(T a, T b) const {
        return a > b;
    }
};

struct GreaterOrEqual : OfNumbers {
    template <class T>
    bool operator()(T a, T b) const {
        return a >= b;
    }
};

struct And : OfBools {
    bool operator()(bool a, bool b) const { return a && b; }
};

struct Or : OfBools {
    bool operator()(bool a, bool b) const { return a || b; }
};

struct Xor : OfBools {
    bool operator()(bool a, bool b) const { return a != b; }
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
        {"And", 7, create<Binary<And>>},         {"Equal", 7, create<Binary<Equal>>},
        {"Greater", 7, create<Binary<Greater>>}, {"GreaterOrEqual", 12, create<Binary<GreaterOrEqual>>},
        {"Less", 7, create<Binary<Less>>},       {"LessOrEqual", 12, create<Binary<LessOrEqual>>},
        {"Or", 7, create<Binary<Or>>},           {"Where", 9, create<Where>},
        {"Xor", 7, create<Binary<Xor>>},
    };
}

}  // namespace fovea::graph
