#include "engine/graph/ops/support.h"

namespace fovea::graph {

std::optional<Error> wrongInputs(const std::vector<InputInfo>& inputs, std::size_t least, std::size_t most) {
    bool wrong = inputs.size() > most;
    for (std::size_t i = 0; i < least; ++i) {
        wrong = wrong || !given(inputs, i);
    }
    if (!wrong) {
        return std::nullopt;
    }
    return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "it has %1 inputs where %2 to %3 are needed"),
                     {std::to_string(inputs.size()), std::to_string(least), std::to_string(most)});
}

Inferred oneOutput(ElementType type, Shape shape) { return checkedOutputs({{type, std::move(shape)}}); }

Inferred checkedOutputs(std::vector<ArrayInfo> outputs) {
    for (const auto& output : outputs) {
        if (!checkedBytes(output.type, output.shape)) {
            return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "its output would have the impossible size %1"),
                             {shapeText(output.shape)});
        }
    }
    return outputs;
}

Result<std::vector<std::int64_t>> integersOf(const InputInfo& input) {
    const Array& values = *input.constant;
    if (values.shape().size() > 1) {
        return shapeError(values.shape(), {static_cast<std::int64_t>(values.count())});
    }
    if (values.type() == ElementType::Int64) {
        return std::vector<std::int64_t>(values.data<std::int64_t>(), values.data<std::int64_t>() + values.count());
    }
    if (values.type() == ElementType::Int32) {
        return std::vector<std::int64_t>(values.data<std::int32_t>(), values.data<std::int32_t>() + values.count());
    }
    return typeError(values.type());
}

Result<std::vector<float>> realsOf(const InputInfo& input) {
    const Array& values = *input.constant;
    if (values.shape().size() > 1) {
        return shapeError(values.shape(), {static_cast<std::int64_t>(values.count())});
    }
    if (values.type() != ElementType::Float) {
        return typeError(values.type());
    }
    return std::vector<float>(values.data<float>(), values.data<float>() + values.count());
}

Error inputError(std::size_t i) {
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "its input %1 has a value which is not supported"),
                     {std::to_string(i + 1)});
}

Error indexError(std::int64_t index, std::int64_t extent) {
    return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "the index %1 lies outside of an axis with %2 elements"),
                     {std::to_string(index), std::to_string(extent)});
}

}  // namespace fovea::graph
