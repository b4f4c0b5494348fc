#include <algorithm>

#include "engine/graph/ops/product.h"
#include "engine/kernels/array_functions.h"

namespace fovea::graph {
namespace {

class GemmKernel final : public Kernel {
public:
    explicit GemmKernel(const Node& node)
        : m_alpha(node.real("alpha", 1.0F)),
          m_beta(node.real("beta", 1.0F)),
          m_transA(node.integer("transA", 0) != 0),
          m_transB(node.integer("transB", 0) != 0) {}

    Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) override;
    [[nodiscard]] std::size_t scratchBytes() const override { return m_scratchBytes; }
    [[nodiscard]] std::size_t heldBytes() const override { return m_packed.bytes(); }
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token& stop) override;

private:
    [[nodiscard]] Matrix matrixA(const float* data) const;
    [[nodiscard]] Matrix matrixB(const float* data) const;
    void hold(const Array* b);

    float m_alpha;
    float m_beta;
    bool m_transA;
    bool m_transB;
    DenseProduct m_product;
    std::int64_t m_addRow = 0;     ///< floats between the rows of C; 0: one row serves all
    std::int64_t m_addColumn = 0;  ///< the same for columns
    Array m_source;                ///< the constant which m_packed was made of
    Array m_packed;
    std::size_t m_scratchBytes = 0;
};

Matrix GemmKernel::matrixA(const float* data) const {
    const auto& sizes = m_product.sizes();
    return m_transA ? Matrix{data, 1, sizes.rows} : Matrix{data, sizes.depth, 1};
}

Matrix GemmKernel::matrixB(const float* data) const {
    const auto& sizes = m_product.sizes();
    return m_transB ? Matrix{data, 1, sizes.depth} : Matrix{data, sizes.columns, 1};
}

Result<std::vector<ArrayInfo>> GemmKernel::infer(const std::vector<InputInfo>& inputs) {
    if (auto checked = checkFactors(inputs, 3); !checked) {
        return checked.error();
    }
    const Shape& a = inputs[0].info.shape;
    const Shape& b = inputs[1].info.shape;
    if (a.size() != 2 || b.size() != 2 || a[m_transA ? 0 : 1] != b[m_transB ? 1 : 0]) {
        return shapeError(a, b);
    }
    const ProductSizes sizes{a[m_transA ? 1 : 0], b[m_transB ? 0 : 1], a[m_transA ? 0 : 1]};
    const Shape output{sizes.rows, sizes.columns};
    if (!checkedBytes(ElementType::Float, output)) {
        return shapeError(a, b);
    }
    m_addRow = m_addColumn = 0;
    if (inputs.size() > 2 && inputs[2].present) {
        Shape c = inputs[2].info.shape;
        if (c.size() > 2) {
            return shapeError(c, output);
        }
        c.insert(c.begin(), 2 - c.size(), 1);
        if ((c[0] != 1 && c[0] != sizes.rows) || (c[1] != 1 && c[1] != sizes.columns)) {
            return shapeError(c, output);
        }
        m_addRow = c[0] == 1 ? 0 : c[1];
        m_addColumn = c[1] == 1 ? 0 : 1;
    }
    m_product = DenseProduct(sizes);
    hold(inputs[1].constant);
    const auto scratch = checkedBytes(ElementType::Float, {m_product.scratchFloats(m_packed.count() > 0)});
    if (!scratch) {
        return shapeError(a, b);
    }
    m_scratchBytes = *scratch;
    return std::vector<ArrayInfo>{{ElementType::Float, output}};
}

void GemmKernel::hold(const Array* b) {
    if (b == nullptr || m_product.byVector() || b->count() == 0) {
        m_source = m_packed = Array();
    } else if (b->raw() != m_source.raw() || m_packed.count() == 0) {
        m_source = *b;
        m_packed = packOnce(m_product, *b, matrixB(nullptr), 1);
    }
}

Result<void> GemmKernel::run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                             const std::stop_token& stop) {
    const auto& sizes = m_product.sizes();
    float* y = outputs[0].data<float>();
    if (sizes.rows == 0 || sizes.columns == 0) {
        return {};
    }
    const float* addend = inputs.size() > 2 && !inputs[2].absent() ? inputs[2].data<float>() : nullptr;
    const bool whileHot = addend != nullptr && m_alpha == 1.0F && m_beta == 1.0F && m_addRow == 0 && m_addColumn == 1;
    if (sizes.depth == 0) {
        std::fill(y, y + sizes.rows * sizes.columns, 0.0F);
    } else {
        m_product.run(matrixA(inputs[0].data<float>()), matrixB(inputs[1].data<float>()),
                      m_packed.count() == 0 ? nullptr : m_packed.data<float>(), y, whileHot ? addend : nullptr,
                      static_cast<float*>(static_cast<void*>(scratch)), stop);
    }
    if (m_alpha != 1.0F) {
        kernels::scale(y, sizes.rows * sizes.columns, m_alpha);
    }
    if (addend != nullptr && (!whileHot || sizes.depth == 0)) {
        kernels::addScaled({addend, m_addRow, m_addColumn}, sizes.rows, sizes.columns, m_beta, y);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Kernel>> createGemm(const Node& node, int /*opset*/) {
    return std::unique_ptr<Kernel>(std::make_unique<GemmKernel>(node));
}

}  // namespace fovea::graph
