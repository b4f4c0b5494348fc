// Axial Attention in Multidimensional Transformers (Ho et al., 2019), without positional embedding.
//   Along one axis, d = C / heads:  q = W_q·x, [k; v] = W_kv·x (no bias), A_h = softmax(q_hᵀ·k_h / √d) within each column or
//   row,  att(x) = W_o·[A_1·v_1; A_2·v_2; …] + b_o.
//   sum_axial_out: out = att_H(x) + att_W(x);  else out = att_W(att_H(x)). There is no residual.

#include <cmath>

#include "engine/attention/multi_head.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

std::string prefixOf(int axis) { return "axial_attentions." + std::to_string(axis) + ".fn."; }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    std::vector<WeightSpec> specs;
    for (const int axis : {0, 1}) {
        const std::string prefix = prefixOf(axis);
        specs.insert(specs.end(), {{prefix + "to_q.weight", {channels, channels}, WeightInit::FanIn, channels},
                                   {prefix + "to_kv.weight", {2 * channels, channels}, WeightInit::FanIn, channels},
                                   {prefix + "to_out.weight", {channels, channels}, WeightInit::FanIn, channels},
                                   {prefix + "to_out.bias", {channels}, WeightInit::FanIn, channels}});
    }
    return specs;
}

/// Columns (or rows) as groups of tokens.
PairwiseLayout linesOf(const InputShape& shape, int heads, bool columns) {
    std::vector<int> cells;
    for (int line = 0; line < (columns ? shape.width : shape.height); ++line) {
        for (int n = 0; n < (columns ? shape.height : shape.width); ++n) {
            cells.push_back(columns ? n * shape.width + line : line * shape.width + n);
        }
    }
    return PairwiseLayout::grouped(shape.height, shape.width, columns ? shape.width : shape.height, heads, std::move(cells));
}

class Axial final : public AttentionModule {
public:
    Axial(const InputShape& shape, const ParamSet& params, const Weights& weights)
        : m_weights(weights.tensors),
          m_heads(params.integer("heads")),
          m_parallel(params.boolean("sum_axial_out")),
          m_columns(std::make_shared<PairwiseLayout>(linesOf(shape, m_heads, true))),
          m_rows(std::make_shared<PairwiseLayout>(linesOf(shape, m_heads, false))) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        auto alongHeight = along(ops::transposeCells(x, x.height()), 0, input);
        if (!alongHeight) {
            return stopped();
        }
        FeatureMap out = ops::transposeCells(alongHeight->output, x.width());
        steps.add("columns", "h = W_o·[softmax(q_hᵀ·k_h / √d)·v_h] + b_o within each column", [&] { return ops::toTensor(out); });
        auto alongWidth = along(m_parallel ? x : out, 1, input);
        if (!alongWidth) {
            return stopped();
        }
        const FeatureMap& rows = alongWidth->output;
        steps.add("rows",
                  m_parallel ? "w = W_o·[softmax(q_hᵀ·k_h / √d)·v_h] + b_o within each row of x"
                             : "w = W_o·[softmax(q_hᵀ·k_h / √d)·v_h] + b_o within each row of h",
                  [&] { return ops::toTensor(rows); });
        if (m_parallel) {
            ops::add(out, rows);
        } else {
            out = rows;
        }
        steps.add("join", m_parallel ? "out = h + w" : "out = w", [&] { return ops::toTensor(out); });
        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(layoutMap("axial_h", FOVEA_TEXT("engine", "Attention within each column"), m_columns,
                                        std::move(alongHeight->factors)));
        result.maps.push_back(
            layoutMap("axial_w", FOVEA_TEXT("engine", "Attention within each row"), m_rows, std::move(alongWidth->factors)));
        return result;
    }

private:
    static Error stopped() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped.")); }

    /// The tokens of every row of `lines` attend to each other.
    [[nodiscard]] std::optional<Attended> along(const FeatureMap& lines, int axis, const ModuleInput& input) const {
        const std::string prefix = prefixOf(axis);
        const int channels = lines.channels();
        const FeatureMap kv = ops::conv2d(lines, m_weights.at(prefix + "to_kv.weight"), {});
        const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(channels / m_heads)));
        auto attended = attend(ops::conv2d(lines, m_weights.at(prefix + "to_q.weight"), {}), ops::channelSlice(kv, 0, channels),
                               ops::channelSlice(kv, channels, channels), m_heads, scale, input.stop, lines.height());
        if (attended) {
            scaleHeads(attended->output, m_heads, input.heads);
            attended->output =
                ops::conv2d(attended->output, m_weights.at(prefix + "to_out.weight"), m_weights.at(prefix + "to_out.bias"));
        }
        return attended;
    }

    std::map<std::string, Tensor> m_weights;
    int m_heads;
    bool m_parallel;
    std::shared_ptr<const PairwiseLayout> m_columns;
    std::shared_ptr<const PairwiseLayout> m_rows;
};

}  // namespace

const ModuleInfo& axialModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "axial",
        .title = "Axial",
        .longTitle = FOVEA_TEXT("engine", "Axial attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "Axial Attention in Multidimensional Transformers (Ho et al., 2019)",
        .arxiv = "1912.12180",
        .reference = "lucidrains/axial-attention axial_attention/axial_attention.py AxialAttention",
        .summary = FOVEA_TEXT("engine", "Lets every position gather from its column and, by a second attention, from its row."),
        .params = {MultiHead::params().front(),
                   {.key = "sum_axial_out",
                    .label = FOVEA_TEXT("engine", "Side by side"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether columns and rows are added; else the rows attend after the columns.")}},
        .weights = weights,
        .check = [](const InputShape& shape, const ParamSet& params) { return MultiHead::check(shape.channels, params); },
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Axial>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
