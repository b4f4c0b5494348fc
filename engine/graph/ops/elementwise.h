#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "engine/graph/ops/support.h"

namespace fovea::graph {

using FloatsIn = Eigen::Map<const Eigen::ArrayXf>;
using FloatsOut = Eigen::Map<Eigen::ArrayXf>;

/// A function of floats, written with Eigen's arrays: F(node) or F(), then f(x, y).
template <class F>
class OfFloats final : public Kernel {
public:
    OfFloats(const Node& node, int) : m_function(make(node)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        return info.type == ElementType::Float ? oneOutput(info.type, info.shape) : Inferred(typeError(info.type));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const auto count = static_cast<Eigen::Index>(outputs[0].count);
        m_function(FloatsIn(inputs[0].data<float>(), count), FloatsOut(outputs[0].data<float>(), count));
        return {};
    }

private:
    static F make(const Node& node) {
        if constexpr (std::is_constructible_v<F, const Node&>) {
            return F(node);
        } else {
            return F();
        }
    }

    F m_function;
};

}  // namespace fovea::graph
