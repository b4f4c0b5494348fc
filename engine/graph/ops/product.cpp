#include "engine/graph/ops/product.h"

namespace fovea::graph {

Array packOnce(const DenseProduct& product, const Array& b, const Matrix& matrix, std::int64_t batch) {
    const auto [rows, columns, depth] = product.sizes();
    const std::int64_t each = product.packedFloats();
    Array packed(ElementType::Float, {batch, each});
    for (std::int64_t i = 0; i < batch; ++i) {
        product.pack({b.data<float>() + i * depth * columns, matrix.rowStride, matrix.columnStride},
                     packed.data<float>() + i * each);
    }
    return packed;
}

Result<void> checkFactors(const std::vector<InputInfo>& inputs, std::size_t most) {
    if (inputs.size() < 2 || inputs.size() > most || !inputs[0].present || !inputs[1].present) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "it has too few or too many inputs"));
    }
    for (const auto& input : inputs) {
        if (input.present && input.info.type != ElementType::Float) {
            return typeError(input.info.type);
        }
        if (input.present && !checkedBytes(ElementType::Float, input.info.shape)) {
            return shapeError(inputs[0].info.shape, inputs[1].info.shape);
        }
    }
    return {};
}

std::vector<Operator> productOperators() { return {{"MatMul", 1, createMatMul}, {"Gemm", 1, createGemm}}; }

}  // namespace fovea::graph
