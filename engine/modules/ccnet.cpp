// CCNet: Criss-Cross Attention for Semantic Segmentation (Huang et al., ICCV 2019).
//   q, k = 1×1 convolutions with bias, C → C // 8; v likewise, C → C.  Position (i,j) attends to its column and its row:
//   E = [q_ij·k_0j, …, q_ij·k_(H−1)j | q_ij·k_i0, …, q_ij·k_i(W−1)], itself only in the row;
//   A = softmax over these H + W keys,  out = γ·(A·v) + x,  repeated `recurrence` times with the same weights.
// The learned tensors are those of SAGAN.

#include <limits>

#include "engine/attention/module.h"
#include "engine/attention/position_attention.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    return PositionAttention::weights("", shape.channels);
}

Result<void> check(const InputShape& shape, const ParamSet&) { return PositionAttention::check("CCNet", shape.channels); }

/// All channels of line `index` of a map's equally long lines of cells.
ops::ConstMatrixView lineOf(const FeatureMap& x, int index) {
    return ops::columnsOf(ops::matrixOf(x), index * x.width(), x.width());
}
ops::MatrixView lineOf(FeatureMap& x, int index) { return ops::columnsOf(ops::matrixOf(x), index * x.width(), x.width()); }

/// The weights of one pass, [H×W×(H+W)], as one matrix per column and one per row.
struct Criss {
    float* weights;
    int height;
    int width;

    [[nodiscard]] int keys() const { return height + width; }
    [[nodiscard]] ops::MatrixView column(int j) const {
        return {weights + static_cast<std::ptrdiff_t>(j) * keys(), height, height, static_cast<std::ptrdiff_t>(width) * keys()};
    }
    [[nodiscard]] ops::MatrixView row(int i) const {
        return {weights + static_cast<std::ptrdiff_t>(i) * width * keys() + height, width, width, keys()};
    }
};

class CrissCross final : public AttentionModule {
public:
    CrissCross(const InputShape& shape, const ParamSet& params, const Weights& weights)
        : m_layers(weights),
          m_layout(
              std::make_shared<PairwiseLayout>(PairwiseLayout::criss(shape.height, shape.width, params.integer("recurrence")))) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        FeatureMap x = input.features();
        AttentionMap map = layoutMap("criss", FOVEA_TEXT("engine", "Criss-cross attention"), m_layout);
        map.data = Tensor(m_layout->shape);
        const std::size_t perPass = map.data.size() / static_cast<std::size_t>(m_layout->heads);
        for (int pass = 0; pass < m_layout->heads; ++pass) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            const Criss criss{map.data.values.data() + static_cast<std::size_t>(pass) * perPass, x.height(), x.width()};
            x = once(x, criss, headFactor(input, pass), steps);
        }
        AttentionOutput result;
        result.frames.push_back(std::move(x));
        result.maps.push_back(std::move(map));
        return result;
    }

private:
    /// The passes are the heads of the map.
    static float headFactor(const ModuleInput& input, int pass) {
        const auto index = static_cast<std::size_t>(pass);
        return input.heads != nullptr && index < input.heads->size() ? (*input.heads)[index] : 1.0F;
    }

    [[nodiscard]] FeatureMap once(const FeatureMap& x, const Criss& criss, float factor, Steps& steps) const {
        const FeatureMap query = m_layers.convolution(x, "query_conv");
        const FeatureMap key = m_layers.convolution(x, "key_conv");
        const FeatureMap value = m_layers.convolution(x, "value_conv");
        steps.add("query", "q = W_q·x + b_q", [&] { return ops::toTensor(query); });
        steps.add("key", "k = W_k·x + b_k", [&] { return ops::toTensor(key); });
        steps.add("value", "v = W_v·x + b_v", [&] { return ops::toTensor(value); });
        weigh(query, key, criss);
        FeatureMap out = gathered(value, criss);
        steps.add("attend", "o_ij = Σ A_ij · v over the column and the row of (i,j)", [&] { return ops::toTensor(out); });
        const float gamma = factor * m_layers.at("gamma").values.front();
        ops::scaleAndAdd(out, gamma, x);
        steps.add("residual", "out = γ·o + x", [&] { return ops::toTensor(out); });
        return out;
    }

    static void weigh(const FeatureMap& query, const FeatureMap& key, const Criss& criss) {
        const int height = criss.height;
        const int width = criss.width;
        const FeatureMap queryColumns = ops::transposeCells(query, height);
        const FeatureMap keyColumns = ops::transposeCells(key, height);
        for (int j = 0; j < width; ++j) {
            const ops::MatrixView logits = criss.column(j);
            ops::product(ops::transposed(lineOf(queryColumns, j)), lineOf(keyColumns, j), logits);
            for (int i = 0; i < height; ++i) {
                logits.row(i)[i] = -std::numeric_limits<float>::infinity();
            }
        }
        for (int i = 0; i < height; ++i) {
            ops::product(ops::transposed(lineOf(query, i)), lineOf(key, i), criss.row(i));
        }
        const auto keys = static_cast<std::size_t>(criss.keys());
        ops::softmax(criss.weights, static_cast<std::size_t>(query.cells()) * keys, keys);
    }

    static FeatureMap gathered(const FeatureMap& value, const Criss& criss) {
        const int height = criss.height;
        const int width = criss.width;
        const FeatureMap valueColumns = ops::transposeCells(value, height);
        FeatureMap columns(value.channels(), width, height);
        for (int j = 0; j < width; ++j) {
            ops::product(lineOf(valueColumns, j), ops::transposed(criss.column(j)), lineOf(columns, j));
        }
        FeatureMap out = ops::transposeCells(columns, width);
        for (int i = 0; i < height; ++i) {
            ops::addProduct(1.0F, lineOf(value, i), ops::transposed(criss.row(i)), lineOf(out, i));
        }
        return out;
    }

    Layers m_layers;
    std::shared_ptr<const PairwiseLayout> m_layout;
};

}  // namespace

const ModuleInfo& ccnetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "ccnet",
        .title = "CCNet",
        .longTitle = FOVEA_TEXT("engine", "Criss-cross attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "CCNet: Criss-Cross Attention for Semantic Segmentation (Huang et al., ICCV 2019)",
        .arxiv = "1811.11721",
        .reference = "speedinghzl/CCNet cc_attention/functions.py",
        .summary = FOVEA_TEXT("engine", "Lets every position gather from its column and its row, again and again."),
        .params = {{.key = "recurrence",
                    .label = FOVEA_TEXT("engine", "Passes"),
                    .type = ParamType::Int,
                    .fallback = 2,
                    .min = 1,
                    .max = 32,
                    .help = FOVEA_TEXT("engine", "How often it is applied; two passes join every pair of positions.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<CrissCross>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
