// Interlaced Sparse Self-Attention for Semantic Segmentation (Huang et al., 2019).
//   With (dh, dw) = down the map is padded with zeros, half of them before and half after, to cells of dh×dw positions.
//   Long range: the positions of equal place (a, b) within their cells attend to each other (dh·dw phases);
//   short range: then the dh·dw positions of each cell do.  Both are
//   k = f(x), q = f'(x) (two times 1×1 convolution, BN, ReLU; C → key), v = W_v·x (C → value),
//   A = softmax(qᵀ·k / √key),  out = relu(BN(W·(A·v))). There is no residual.

#include <algorithm>
#include <cmath>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

int chosenOr(const ParamSet& params, const char* key, int automatic) {
    const int chosen = params.integer(key);
    return chosen > 0 ? chosen : automatic;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int key = chosenOr(params, "key", std::max(1, channels / 2));
    const int value = chosenOr(params, "value", channels);
    std::vector<WeightSpec> specs;
    for (const std::string block : {"long_range_sa.", "short_range_sa."}) {
        for (const auto& layer : {block + "f_key", block + "f_query"}) {
            addConvolution(specs, layer + ".0", key, channels, false);
            addBatchNorm(specs, layer + ".1.0", key);
            addConvolution(specs, layer + ".2", key, key, false);
            addBatchNorm(specs, layer + ".3.0", key);
        }
        addConvolution(specs, block + "f_value", value, channels, false);
        addConvolution(specs, block + "W.0", channels, value, false);
        addBatchNorm(specs, block + "W.1.0", channels);
    }
    return specs;
}

/// How the padded map is cut into oh×ow cells of dh×dw positions.
struct Cut {
    int dh, dw, oh, ow;
    int top, left;  ///< rows and columns of padding before the map

    Cut(const InputShape& shape, const std::vector<int>& down)
        : dh(down[0]),
          dw(down[1]),
          oh((shape.height + dh - 1) / dh),
          ow((shape.width + dw - 1) / dw),
          top((oh * dh - shape.height) / 2),
          left((ow * dw - shape.width) / 2) {}

    [[nodiscard]] int phases() const { return dh * dw; }
    [[nodiscard]] int cells() const { return oh * ow; }

    /// Phases as groups of the positions of all cells, or cells as groups of the positions of all phases.
    [[nodiscard]] PairwiseLayout layout(const InputShape& shape, bool byPhase) const {
        const int tokens = byPhase ? cells() : phases();
        std::vector<int> at;
        for (int n = 0; n < phases() * cells(); ++n) {
            const int phase = byPhase ? n / tokens : n % tokens;
            const int cell = byPhase ? n % tokens : n / tokens;
            const int i = cell / ow * dh + phase / dw - top;
            const int j = cell % ow * dw + phase % dw - left;
            const bool inside = i >= 0 && i < shape.height && j >= 0 && j < shape.width;
            at.push_back(inside ? i * shape.width + j : -1);
        }
        PairwiseLayout out = PairwiseLayout::grouped(shape.height, shape.width, byPhase ? phases() : cells(), 1, std::move(at));
        out.shape = {out.groups, out.queries, out.keys};
        return out;
    }
};

class InterlacedSparse final : public AttentionModule {
public:
    InterlacedSparse(const InputShape& shape, const ParamSet& params, const Weights& weights) : m_layers(weights) {
        const Cut cut(shape, params.integers("down"));
        m_long = std::make_shared<PairwiseLayout>(cut.layout(shape, true));
        m_short = std::make_shared<PairwiseLayout>(cut.layout(shape, false));
    }

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap phases = ops::gatherCells(x, m_long->cells, m_long->groups, m_long->queries);
        steps.add("interlace", "x_L = phases of the padded x (C × phases × cells)", [&] { return ops::toTensor(phases); });
        auto far = attendBlock(phases, "long_range_sa.", input.stop);
        if (!far) {
            return stopped();
        }
        steps.add("long", "y_L = relu(BN(W·(softmax(qᵀ·k / √key)·v))) within each phase",
                  [&] { return ops::toTensor(far->output); });
        auto near = attendBlock(ops::transposeCells(far->output, m_long->groups), "short_range_sa.", input.stop);
        if (!near) {
            return stopped();
        }
        steps.add("short", "y_S = relu(BN(W·(softmax(qᵀ·k / √key)·v))) within each cell",
                  [&] { return ops::toTensor(near->output); });
        AttentionOutput result;
        result.frames.push_back(ops::gatherCells(near->output, m_short->places, x.height(), x.width()));
        steps.add("crop", "out = y_S, put back and cropped", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(layoutMap("long", FOVEA_TEXT("engine", "Long-range attention"), m_long, std::move(far->factors)));
        result.maps.push_back(
            layoutMap("short", FOVEA_TEXT("engine", "Short-range attention"), m_short, std::move(near->factors)));
        return result;
    }

private:
    static Error stopped() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped.")); }

    [[nodiscard]] FeatureMap transformed(const FeatureMap& x, const std::string& name) const {
        return m_layers.rectified(m_layers.rectified(x, name + ".0", name + ".1.0"), name + ".2", name + ".3.0");
    }

    /// The tokens of every row attend to each other.
    [[nodiscard]] std::optional<Attended> attendBlock(const FeatureMap& tokens, const std::string& block,
                                                      const std::stop_token& stop) const {
        FeatureMap query = transformed(tokens, block + "f_query");
        const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(query.channels())));
        auto attended = attend(std::move(query), transformed(tokens, block + "f_key"),
                               m_layers.convolution(tokens, block + "f_value"), 1, scale, stop, tokens.height());
        if (attended) {
            attended->output = m_layers.rectified(attended->output, block + "W.0", block + "W.1.0");
        }
        return attended;
    }

    Layers m_layers;
    std::shared_ptr<const PairwiseLayout> m_long;
    std::shared_ptr<const PairwiseLayout> m_short;
};

ParamSpec widthParam(const char* key, const char* label, const char* help) {
    return {.key = key, .label = label, .type = ParamType::Int, .fallback = 0, .min = 0, .max = 4096, .help = help};
}

}  // namespace

const ModuleInfo& isaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "isa",
        .title = "ISA",
        .longTitle = FOVEA_TEXT("engine", "Interlaced sparse self-attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "Interlaced Sparse Self-Attention for Semantic Segmentation (Huang et al., 2019)",
        .arxiv = "1907.12273",
        .reference = "openseg-group/openseg.pytorch lib/models/modules/isa_block.py ISA_Block",
        .summary =
            FOVEA_TEXT("engine", "Attends first between positions which lie a fixed distance apart, then between neighbours."),
        .params = {{.key = "down",
                    .label = FOVEA_TEXT("engine", "Cell height and width"),
                    .type = ParamType::IntList,
                    .fallback = std::vector<int>{8, 8},
                    .min = 1,
                    .max = 64,
                    .leastCount = 2,
                    .mostCount = 2,
                    .help = FOVEA_TEXT("engine", "Positions per cell; the long range attends at this distance.")},
                   widthParam("key", FOVEA_TEXT("engine", "Key channels"),
                              FOVEA_TEXT("engine", "Length of queries and keys; 0 takes half the channels.")),
                   widthParam("value", FOVEA_TEXT("engine", "Value channels"),
                              FOVEA_TEXT("engine", "Length of the values; 0 takes as many as there are channels."))},
        .weights = weights,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<InterlacedSparse>(shape, params, w);
        }};
    return kInfo;
}

}  // namespace fovea
