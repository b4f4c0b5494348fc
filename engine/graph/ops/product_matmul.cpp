#include <algorithm>

#include "engine/graph/ops/broadcast.h"
#include "engine/graph/ops/product.h"

namespace fovea::graph {
namespace {

/// The extents before the last two.
Shape leading(const Shape& shape) { return {shape.begin(), shape.end() - 2}; }

/// Which matrix of `shape` belongs to matrix `index` of `whole`.
std::int64_t sourceIndex(std::int64_t index, const Shape& whole, const Shape& shape) {
    std::int64_t source = 0;
    std::int64_t step = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::int64_t extent = shape[shape.size() - 1 - i];
        const std::int64_t here = index % whole[whole.size() - 1 - i];
        index /= whole[whole.size() - 1 - i];
        source += (extent == 1 ? 0 : here) * step;
        step *= extent;
    }
    return source;
}

std::int64_t countOf(const Shape& shape) { return static_cast<std::int64_t>(Tensor::count(shape)); }

class MatMulKernel final : public Kernel {
public:
    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override;
    [[nodiscard]] std::size_t scratchBytes() const override { return m_scratchBytes; }
    [[nodiscard]] std::size_t heldBytes() const override { return m_packed.bytes(); }
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token& stop) override;

private:
    void hold(const Array* b, std::int64_t batch);

    DenseProduct m_product;
    Shape m_batches;   ///< of the output: its extents before the last two
    Shape m_aBatches;  ///< of A
    Shape m_bBatches;  ///< of B
    std::int64_t m_batch = 0;
    Array m_source;  ///< the constant which m_packed was made of
    Array m_packed;
    std::size_t m_scratchBytes = 0;
};

Result<std::vector<ArrayInfo>> MatMulKernel::infer(const std::vector<InputInfo>& inputs) {
    if (auto checked = checkFactors(inputs, 2); !checked) {
        return checked.error();
    }
    Shape a = inputs[0].info.shape;
    Shape b = inputs[1].info.shape;
    const auto misfit = shapeError(a, b);
    if (a.empty() || b.empty()) {
        return misfit;
    }
    const bool rowVector = a.size() == 1;
    const bool columnVector = b.size() == 1;
    if (rowVector) {
        a.insert(a.begin(), 1);
    }
    if (columnVector) {
        b.push_back(1);
    }
    ProductSizes sizes{a[a.size() - 2], b.back(), a.back()};
    auto whole = broadcastShape(leading(a), leading(b));
    if (b[b.size() - 2] != sizes.depth || !whole) {
        return misfit;
    }
    Shape output = *whole;
    if (!rowVector) {
        output.push_back(sizes.rows);
    }
    if (!columnVector) {
        output.push_back(sizes.columns);
    }
    if (!checkedBytes(ElementType::Float, output)) {
        return misfit;
    }
    m_batches = *whole;
    m_aBatches = leading(a);
    m_bBatches = leading(b);
    m_batch = countOf(m_batches);
    if (m_bBatches.empty() && m_batch > 0) {  // one B: all matrices of A are one below the other
        sizes.rows *= m_batch;
        m_batch = 1;
        m_batches = m_aBatches = {};
    }
    m_product = DenseProduct(sizes);
    hold(inputs[1].constant, countOf(m_bBatches));
    const auto scratch = checkedBytes(ElementType::Float, {m_product.scratchFloats(m_packed.count() > 0)});
    if (!scratch) {
        return misfit;
    }
    m_scratchBytes = *scratch;
    return std::vector<ArrayInfo>{{ElementType::Float, output}};
}

void MatMulKernel::hold(const Array* b, std::int64_t batch) {
    if (b == nullptr || m_product.byVector() || b->count() == 0) {
        m_source = m_packed = Array();
    } else if (b->raw() != m_source.raw() || m_packed.count() == 0) {
        m_source = *b;
        m_packed = packOnce(m_product, *b, {nullptr, m_product.sizes().columns, 1}, batch);
    }
}

Result<void> MatMulKernel::run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                               const std::stop_token& stop) {
    const auto [rows, columns, depth] = m_product.sizes();
    float* c = outputs[0].data<float>();
    if (depth == 0) {
        std::fill(c, c + outputs[0].count, 0.0F);
        return {};
    }
    for (std::int64_t i = 0; i < m_batch && rows > 0 && columns > 0 && !stop.stop_requested(); ++i) {
        const std::int64_t ofB = sourceIndex(i, m_batches, m_bBatches);
        const Matrix a{inputs[0].data<float>() + sourceIndex(i, m_batches, m_aBatches) * rows * depth, depth, 1};
        const Matrix b{inputs[1].data<float>() + ofB * depth * columns, columns, 1};
        const std::int64_t each = m_product.packedFloats();
        const float* packed = m_packed.count() == 0 ? nullptr : m_packed.data<float>() + ofB * each;
        m_product.run(a, b, packed, c + i * rows * columns, nullptr, static_cast<float*>(static_cast<void*>(scratch)), stop);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Kernel>> createMatMul(const Node& /*node*/, int /*opset*/) {
    return std::unique_ptr<Kernel>(std::make_unique<MatMulKernel>());
}

}  // namespace fovea::graph
