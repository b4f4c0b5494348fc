#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/graph/ops/families.h"
#include "engine/graph/ops/numbers.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

/// The one attribute of a Constant as an array.
Result<Array> constantOf(const Node& node) {
    if (node.attributes.size() != 1) {
        return attributeError("value");
    }
    const auto& [key, attribute] = *node.attributes.begin();
    const auto vector = [](ElementType type, const auto& values, Shape shape) {
        Array array(type, std::move(shape));
        if (!values.empty()) {
            std::memcpy(array.raw(), values.data(), array.bytes());
        }
        return array;
    };
    if (const auto* array = std::get_if<Array>(&attribute); array != nullptr && key == "value") {
        return *array;
    }
    if (const auto* real = std::get_if<float>(&attribute); real != nullptr && key == "value_float") {
        return vector(ElementType::Float, std::vector<float>{*real}, {});
    }
    if (const auto* integer = std::get_if<std::int64_t>(&attribute); integer != nullptr && key == "value_int") {
        return vector(ElementType::Int64, std::vector<std::int64_t>{*integer}, {});
    }
    if (const auto* reals = std::get_if<std::vector<float>>(&attribute); reals != nullptr && key == "value_floats") {
        return vector(ElementType::Float, *reals, {static_cast<std::int64_t>(reals->size())});
    }
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute); list != nullptr && key == "value_ints") {
        return vector(ElementType::Int64, *list, {static_cast<std::int64_t>(list->size())});
    }
    return attributeError(key);
}

class Constant final : public Kernel {
public:
    explicit Constant(Array value) : m_value(std::move(value)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 0, 0)) {
            return *wrong;
        }
        return oneOutput(m_value.type(), m_value.shape());
    }

    [[nodiscard]] std::size_t heldBytes() const override { return m_value.bytes(); }

    Result<void> run(const std::vector<View>&, const std::vector<View>& outputs, std::byte*, const std::stop_token&) override {
        if (m_value.bytes() != 0) {
            std::memcpy(outputs[0].memory, m_value.raw(), m_value.bytes());
        }
        return {};
    }

private:
    Array m_value;
};

Created createConstant(const Node& node, int) {
    auto value = constantOf(node);
    return value ? Created(std::unique_ptr<Kernel>(std::make_unique<Constant>(std::move(*value)))) : Created(value.error());
}

/// One value everywhere; a float 0 when the node names none.
class ConstantOfShape final : public Kernel {
public:
    explicit ConstantOfShape(Array value) : m_value(std::move(value)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        if (unknown(inputs, 0)) {
            return std::vector<ArrayInfo>{};
        }
        auto shape = integersOf(inputs[0]);
        return shape ? oneOutput(m_value.type(), std::move(*shape)) : Inferred(shape.error());
    }

    Result<void> run(const std::vector<View>&, const std::vector<View>& outputs, std::byte*, const std::stop_token&) override {
        withType(m_value.type(), [&]<class T>(std::type_identity<T>) {
            std::fill_n(outputs[0].data<T>(), outputs[0].count, *std::as_const(m_value).data<T>());
        });
        return {};
    }

private:
    Array m_value;
};

Created createConstantOfShape(const Node& node, int) {
    Array value(ElementType::Float, {1});
    if (node.has("value")) {
        const auto* array = std::get_if<Array>(&node.attributes.at("value"));
        if (array == nullptr || array->count() != 1) {
            return attributeError("value");
        }
        value = *array;
    }
    return std::unique_ptr<Kernel>(std::make_unique<ConstantOfShape>(std::move(value)));
}

class Range final : public Kernel {
public:
    Range(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 3, 3)) {
            return *wrong;
        }
        const ElementType type = inputs[0].info.type;
        for (std::size_t i = 0; i < 3; ++i) {
            if (inputs[i].info.type != type || type == ElementType::Bool) {
                return typeError(inputs[i].info.type);
            }
            if (checkedBytes(type, inputs[i].info.shape) != elementSize(type)) {
                return inputError(i);
            }
        }
        if (unknown(inputs, 0) || unknown(inputs, 1) || unknown(inputs, 2)) {
            return std::vector<ArrayInfo>{};
        }
        const auto count = withType(type, [&]<class T>(std::type_identity<T>) {
            if constexpr (std::is_same_v<T, bool>) {
                return std::optional<std::int64_t>();
            } else {
                return length(*inputs[0].constant->data<T>(), *inputs[1].constant->data<T>(), *inputs[2].constant->data<T>());
            }
        });
        return count ? oneOutput(type, {*count}) : Inferred(inputError(2));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(outputs[0].type, [&]<class T>(std::type_identity<T>) {
            if constexpr (!std::is_same_v<T, bool>) {
                using Wide = std::conditional_t<std::is_same_v<T, float>, double, std::uint64_t>;
                const Wide start = static_cast<Wide>(*inputs[0].data<T>());
                const Wide step = static_cast<Wide>(*inputs[2].data<T>());
                for (std::size_t i = 0; i < outputs[0].count; ++i) {
                    outputs[0].data<T>()[i] = static_cast<T>(start + static_cast<Wide>(i) * step);
                }
            }
        });
        return {};
    }

private:
    /// ceil((limit − start) / step), at least 0; nothing for a step of 0 or numbers without a length.
    template <class T>
    static std::optional<std::int64_t> length(T start, T limit, T step) {
        if constexpr (std::is_same_v<T, float>) {
            const double steps = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(step));
            return step == 0.0F || !std::isfinite(steps) ? std::nullopt
                                                         : std::optional(towardsZero<std::int64_t>(std::max(steps, 0.0)));
        } else {
            if (step == 0) {
                return std::nullopt;
            }
            if (step > 0 ? limit <= start : limit >= start) {
                return 0;
            }
            const auto distance = [](std::int64_t from, std::int64_t to) {
                return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
            };
            const std::uint64_t whole = step > 0 ? distance(start, limit) : distance(limit, start);
            const std::uint64_t each = step > 0 ? static_cast<std::uint64_t>(step) : distance(step, 0);
            return static_cast<std::int64_t>(std::min<std::uint64_t>((whole - 1) / each + 1, INT64_MAX));
        }
    }
};

/// The types of ONNX's enumeration which have one here; half and double precision are kept as Float.
std::optional<ElementType> typeOf(std::int64_t onnxType) {
    switch (onnxType) {
        case 1:
        case 10:
        case 11:
        case 16:
            return ElementType::Float;
        case 6:
            return ElementType::Int32;
        case 7:
            return ElementType::Int64;
        case 9:
            return ElementType::Bool;
        default:
            return std::nullopt;
    }
}

template <class To, class From>
To converted(From value) {
    if constexpr (std::is_same_v<To, bool>) {
        return value != From(0);
    } else if constexpr (std::is_same_v<From, float> && std::is_integral_v<To>) {
        return towardsZero<To>(value);
    } else {
        return static_cast<To>(value);
    }
}

/// Cast names its type; CastLike has it from a second input.
class Cast final : public Kernel {
public:
    explicit Cast(std::optional<ElementType> to) : m_like(!to), m_to(to.value_or(ElementType::Float)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        const std::size_t count = m_like ? 2 : 1;
        if (auto wrong = wrongInputs(inputs, count, count)) {
            return *wrong;
        }
        return oneOutput(m_like ? inputs[1].info.type : m_to, inputs[0].info.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(inputs[0].type, [&]<class From>(std::type_identity<From>) {
            withType(outputs[0].type, [&]<class To>(std::type_identity<To>) {
                const From* from = inputs[0].data<From>();
                std::transform(from, from + inputs[0].count, outputs[0].data<To>(), converted<To, From>);
            });
        });
        return {};
    }

private:
    bool m_like;
    ElementType m_to;
};

Created createCast(const Node& node, int) {
    const auto type = typeOf(node.integer("to", 0));
    return type ? Created(std::unique_ptr<Kernel>(std::make_unique<Cast>(type))) : Created(attributeError("to"));
}

Created createCastLike(const Node&, int) { return std::unique_ptr<Kernel>(std::make_unique<Cast>(std::nullopt)); }

}  // namespace

std::vector<Operator> valueOperators() {
    return {
        {"Cast", 6, createCast},         {"CastLike", 15, createCastLike},
        {"Constant", 1, createConstant}, {"ConstantOfShape", 9, createConstantOfShape},
        {"Range", 11, create<Range>},
    };
}

}  // namespace fovea::graph
