// Swin Transformer (Liu et al., ICCV 2021): multi-head self-attention within windows of ws×ws positions.
//   The map is padded with zeros at the right and the bottom to whole windows and, with a shift, rolled by (−shift, −shift).
//   Along an axis which one window covers nothing is rolled; each axis is decided by itself, as in torchvision.
//   [q; k; v] = W·x + b,  A_h = softmax(q_hᵀ·k_h / √d + B_h + M) within each window,  out = P·[A_1·v_1; …] + p, rolled back,
//   cropped. B_h[p,r] = table[(y_p − y_r + ws − 1)·(2ws − 1) + x_p − x_r + ws − 1, h]; M = −100 between tokens which are
//   neighbours only because the map was rolled. Padded tokens are not masked.

#include "engine/attention/multi_head.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/window_attention.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    auto specs = MultiHead::weights("", shape.channels, params);
    const int offsets = 2 * params.integer("window") - 1;
    specs.push_back({"relative_position_bias_table", {offsets * offsets, params.integer("heads")}, WeightInit::FanIn, 1});
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (params.integer("shift") >= params.integer("window")) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "Windows of %1×%1 positions cannot be shifted by %2; choose a shift below %1."),
                         {std::to_string(params.integer("window")), std::to_string(params.integer("shift"))});
    }
    return MultiHead::check(shape.channels, params);
}

/// One axis of the padded and rolled map.
struct Axis {
    int length;
    int window;
    int shift;  ///< by how many positions the axis is rolled

    Axis(int positions, const ParamSet& params)
        : length(positions), window(params.integer("window")), shift(length <= window ? 0 : params.integer("shift")) {}

    [[nodiscard]] int windows() const { return (length + window - 1) / window; }
    /// The position before rolling, −1 for padding.
    [[nodiscard]] int position(int rolled) const {
        const int position = (rolled + shift) % (windows() * window);
        return position < length ? position : -1;
    }
    /// 0, 1 or 2: regions between which a roll brings strangers together.
    [[nodiscard]] int region(int rolled) const {
        const int padded = windows() * window;
        return shift == 0 || rolled < padded - window ? 0 : rolled < padded - shift ? 1 : 2;
    }
};

PairwiseLayout windowsOf(const InputShape& shape, const ParamSet& params) {
    const Axis rows(shape.height, params);
    const Axis columns(shape.width, params);
    const int side = rows.window;
    std::vector<int> cells;
    std::vector<int> regions;
    for (int w = 0; w < rows.windows() * columns.windows(); ++w) {
        for (int n = 0; n < side * side; ++n) {
            const int rolledRow = w / columns.windows() * side + n / side;
            const int rolledColumn = w % columns.windows() * side + n % side;
            const int i = rows.position(rolledRow);
            const int j = columns.position(rolledColumn);
            cells.push_back(i < 0 || j < 0 ? -1 : i * shape.width + j);
            regions.push_back(3 * rows.region(rolledRow) + columns.region(rolledColumn));
        }
    }
    if (rows.shift == 0 && columns.shift == 0) {
        regions.clear();
    }
    const int windows = rows.windows() * columns.windows();
    return PairwiseLayout::grouped(shape.height, shape.width, windows, params.integer("heads"), std::move(cells),
                                   std::move(regions));
}

class WindowAttention final : public AttentionModule {
public:
    WindowAttention(const InputShape& shape, const ParamSet& params, const Weights& weights)
        : m_weights(weights.tensors),
          m_side(params.integer("window")),
          m_layout(std::make_shared<PairwiseLayout>(windowsOf(shape, params))),
          m_rolled(!m_layout->regions.empty()) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap tokens = ops::gatherCells(x, m_layout->cells, m_layout->groups, m_layout->queries);
        steps.add("partition",
                  m_rolled ? "t = windows of the padded and rolled x (C × windows × tokens)"
                           : "t = windows of the padded x (C × windows × tokens)",
                  [&] { return ops::toTensor(tokens); });
        const auto bias = m_weights.find("qkv.bias");
        const FeatureMap qkv = ops::conv2d(tokens, m_weights.at("qkv.weight"), bias == m_weights.end() ? Tensor() : bias->second);
        steps.add("project", "[q; k; v] = W·t + b", [&] { return ops::toTensor(qkv); });
        AttentionMap map = layoutMap("matrix", FOVEA_TEXT("engine", "Attention within each window"), m_layout);
        map.data = Tensor(m_layout->shape);
        FeatureMap merged(x.channels(), m_layout->groups, m_layout->queries);
        const ops::WindowTerms terms{
            .side = m_side, .bias = &m_weights.at("relative_position_bias_table"), .regions = &m_layout->regions};
        if (!ops::attendWindows(qkv, m_layout->heads, terms, input.stop, map.data.values.data(), merged)) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        scaleHeads(merged, m_layout->heads, input.heads);
        steps.add("attend",
                  m_rolled ? "o_h = softmax(q_hᵀ·k_h / √d + B_h + M) · v_h" : "o_h = softmax(q_hᵀ·k_h / √d + B_h) · v_h",
                  [&] { return ops::toTensor(merged); });
        merged = ops::conv2d(merged, m_weights.at("proj.weight"), m_weights.at("proj.bias"));
        AttentionOutput result;
        result.frames.push_back(ops::gatherCells(merged, m_layout->places, x.height(), x.width()));
        steps.add("merge", m_rolled ? "out = P·[o_1; o_2; …] + p, rolled back and cropped" : "out = P·[o_1; o_2; …] + p, cropped",
                  [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(std::move(map));
        return result;
    }

private:
    std::map<std::string, Tensor> m_weights;
    int m_side;
    std::shared_ptr<const PairwiseLayout> m_layout;
    bool m_rolled;  ///< the map is larger than a window along an axis and has a shift, so that there is a mask
};

}  // namespace

const ModuleInfo& window_msaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "window_msa",
        .title = "Window MSA",
        .longTitle = FOVEA_TEXT("engine", "Window self-attention (Swin)"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2021,
        .paper = "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows (Liu et al., ICCV 2021)",
        .arxiv = "2103.14030",
        .reference = "microsoft/Swin-Transformer models/swin_transformer.py WindowAttention",
        .summary = FOVEA_TEXT("engine", "Lets the positions of each window attend to each other, aware of where they lie in it."),
        .params = {{.key = "window",
                    .label = FOVEA_TEXT("engine", "Window"),
                    .type = ParamType::Int,
                    .fallback = 7,
                    .min = 1,
                    .max = 32,
                    .help = FOVEA_TEXT("engine", "Side of a window, in positions.")},
                   {.key = "shift",
                    .label = FOVEA_TEXT("engine", "Shift"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 31,
                    .help = FOVEA_TEXT("engine",
                                       "By how many positions the windows are moved; half a window joins neighbours. Along an "
                                       "axis which one window covers, nothing is moved.")},
                   MultiHead::params().front(),
                   MultiHead::params().back()},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<WindowAttention>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
