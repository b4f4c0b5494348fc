#include "engine/graph/ops/elementwise.h"

#include <algorithm>
#include <functional>

#include "engine/graph/ops/families.h"
#include "engine/kernels/array_functions.h"

namespace fovea::graph {
namespace {

using kernels::NumberFunction;

/// Of floats and integers.
template <NumberFunction function>
class OfNumbers final : public Kernel {
public:
    OfNumbers(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        return info.type != ElementType::Bool ? oneOutput(info.type, info.shape) : Inferred(typeError(info.type));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (!std::is_same_v<T, bool>) {
                kernels::eachNumber(function, inputs[0].data<T>(), outputs[0].data<T>(),
                                    static_cast<std::int64_t>(outputs[0].count));
            }
        });
        return {};
    }
};

class Not final : public Kernel {
public:
    Not(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& info = inputs[0].info;
        return info.type == ElementType::Bool ? oneOutput(info.type, info.shape) : Inferred(typeError(info.type));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const bool* x = inputs[0].data<bool>();
        std::transform(x, x + outputs[0].count, outputs[0].data<bool>(), std::logical_not<bool>());
        return {};
    }
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
            {"Abs", 6, create<OfNumbers<NumberFunction::Absolute>>},
            {"Ceil", 6, createFunction<kernels::ceil>},
            {"Cos", 7, createFunction<kernels::cosine>},
            {"Erf", 9, createFunction<kernels::errorFunction>},
            {"Exp", 6, createFunction<kernels::exponential>},
            {"Floor", 6, createFunction<kernels::floor>},
            {"Log", 6, createFunction<kernels::logarithm>},
            {"Neg", 6, create<OfNumbers<NumberFunction::Negative>>},
            {"Not", 1, create<Not>},
            {"Reciprocal", 6, createFunction<kernels::reciprocal>},
            {"Relu", 6, create<OfNumbers<NumberFunction::Relu>>},
            {"Round", 11, createFunction<kernels::round>},
            {"Sign", 9, create<OfNumbers<NumberFunction::Sign>>},
            {"Sin", 7, createFunction<kernels::sine>},
            {"Sqrt", 6, createFunction<kernels::squareRoot>},
            {"Tanh", 6, createFunction<kernels::hyperbolicTangent>},
        },
        {activationOperators()});
}

}  // namespace fovea::graph
