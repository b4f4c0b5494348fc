#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "engine/graph/ops/broadcast.h"
#include "engine/graph/ops/strided.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {

/// The walk of an operation on arrays which are repeated to `to`; operand 0 is the output.
template <std::size_t N>
Strided<N> broadcastWalk(const Shape& to, const std::array<const Shape*, N - 1>& from) {
    Strided<N> walk;
    walk.extents = to;
    walk.strides[0] = broadcastStrides(to, to);
    for (std::size_t k = 1; k < N; ++k) {
        walk.strides[k] = broadcastStrides(*from[k - 1], to);
    }
    walk.collapse();
    return walk;
}

/// How an operation of two arrays behaves beside its formula.
struct BinaryTraits {
    bool logical = false;  ///< the result is Bool
    bool divides = false;  ///< integers: the second array may hold no 0
    bool oneWay = false;   ///< only the second array is repeated
};

/// Two arrays of one type: F::takes<T>, F::kTraits and F::rows(walk, a, b, y).
template <class F>
class Binary final : public Kernel {
public:
    Binary(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        const ArrayInfo& a = inputs[0].info;
        const ArrayInfo& b = inputs[1].info;
        if (!withType(a.type, []<class T>(std::type_identity<T>) { return F::template takes<T>; })) {
            return typeError(a.type);
        }
        if (b.type != a.type) {
            return typeError(b.type);
        }
        auto shape = broadcastShape(a.shape, b.shape);
        if (!shape || (F::kTraits.oneWay && *shape != a.shape)) {
            return shapeError(a.shape, b.shape);
        }
        auto outputs = oneOutput(F::kTraits.logical ? ElementType::Bool : a.type, std::move(*shape));
        if (outputs) {
            m_walk = broadcastWalk<3>((*outputs)[0].shape, {&a.shape, &b.shape});
        }
        return outputs;
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        return withType(inputs[0].type, [&]<class T>(std::type_identity<T>) -> Result<void> {
            if constexpr (F::template takes<T>) {
                using R = std::conditional_t<F::kTraits.logical, bool, T>;
                const T* b = inputs[1].data<T>();
                if (std::is_integral_v<T> && F::kTraits.divides && outputs[0].count != 0 &&
                    std::find(b, b + inputs[1].count, T(0)) != b + inputs[1].count) {
                    return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "it divides a whole number by 0"));
                }
                F::rows(m_walk, inputs[0].data<T>(), b, outputs[0].data<R>());
            }
            return {};
        });
    }

private:
    Strided<3> m_walk;
};

}  // namespace fovea::graph
