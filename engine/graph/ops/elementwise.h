#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "engine/graph/ops/support.h"

namespace fovea::graph {

/// A function of each value of an array of floats.
class OfFloats final : public Kernel {
public:
    using Function = std::function<void(const float* x, float* y, std::int64_t count)>;
    explicit OfFloats(Function function) : m_function(std::move(function)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        return info.type == ElementType::Float ? oneOutput(info.type, info.shape) : Inferred(typeError(info.type));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        m_function(inputs[0].data<float>(), outputs[0].data<float>(), static_cast<std::int64_t>(outputs[0].count));
        return {};
    }

private:
    Function m_function;
};

inline Created ofFloats(OfFloats::Function function) {
    return std::unique_ptr<Kernel>(std::make_unique<OfFloats>(std::move(function)));
}

/// The entry's `create` for a function without attributes.
template <void (*function)(const float*, float*, std::int64_t)>
Created createFunction(const Node&, int) {
    return ofFloats(function);
}

}  // namespace fovea::graph
