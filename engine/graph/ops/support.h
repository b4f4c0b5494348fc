#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/graph/kernel.h"

namespace fovea::graph {

using Inferred = Result<std::vector<ArrayInfo>>;
using Created = Result<std::unique_ptr<Kernel>>;

/// An entry's `create` for a kernel whose constructor reads the attributes.
template <class K>
Created create(const Node& node, int opset) {
    return std::unique_ptr<Kernel>(std::make_unique<K>(node, opset));
}

/// f(std::type_identity<T>{}) with the C++ type of `type`.
template <class F>
auto withType(ElementType type, F&& f) {
    switch (type) {
        case ElementType::Int64:
            return f(std::type_identity<std::int64_t>{});
        case ElementType::Int32:
            return f(std::type_identity<std::int32_t>{});
        case ElementType::Bool:
            return f(std::type_identity<bool>{});
        case ElementType::Float:
            break;
    }
    return f(std::type_identity<float>{});
}

/// True when the node gives input `i`.
inline bool given(const std::vector<InputInfo>& inputs, std::size_t i) { return i < inputs.size() && inputs[i].present; }
inline bool given(const std::vector<View>& views, std::size_t i) { return i < views.size() && !views[i].absent(); }
/// True when the values of input `i` matter now and are not known yet.
inline bool unknown(const std::vector<InputInfo>& inputs, std::size_t i) {
    return given(inputs, i) && inputs[i].constant == nullptr;
}

/// An error when one of the first `least` inputs is missing or there are more than `most`.
std::optional<Error> wrongInputs(const std::vector<InputInfo>& inputs, std::size_t least, std::size_t most);
/// One output, its size checked.
Inferred oneOutput(ElementType type, Shape shape);
/// Several outputs, their sizes checked.
Inferred checkedOutputs(std::vector<ArrayInfo> outputs);

/// The numbers of a constant scalar or vector of integers.
Result<std::vector<std::int64_t>> integersOf(const InputInfo& input);
/// The numbers of a constant scalar or vector of floats.
Result<std::vector<float>> realsOf(const InputInfo& input);

/// "its input %1 has a value which is not supported": a value, length or type of input `i` is out of range.
Error inputError(std::size_t i);
/// An index which lies outside of its axis.
Error indexError(std::int64_t index, std::int64_t extent);

}  // namespace fovea::graph
