#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/graph/kernel.h"
#include "engine/kernels/dense_product.h"

namespace fovea::graph {

using kernels::DenseProduct;
using kernels::Matrix;
using kernels::ProductSizes;

/// `batch` dense matrices B in the order that `matrix` says, packed one after the other.
Array packOnce(const DenseProduct& product, const Array& b, const Matrix& matrix, std::int64_t batch);

/// Two float inputs, and up to `most` in all.
Result<void> checkFactors(const std::vector<InputInfo>& inputs, std::size_t most);

Result<std::unique_ptr<Kernel>> createMatMul(const Node& node, int opset);
Result<std::unique_ptr<Kernel>> createGemm(const Node& node, int opset);

}  // namespace fovea::graph
