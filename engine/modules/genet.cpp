// Gather-Excite: Exploiting Feature Context in Convolutional Neural Networks (Hu et al., NeurIPS 2018).
// Gather without parameters: extent 0, z = mean over H,W; extent e, mean over (2e−1)×(2e−1) cells of the map, every e cells.
// Gather with parameters: extent 0, z_c = BN(Σ_n w_cn·x_cn); extent e = 2^n, n times BN(depth-wise 3×3, stride 2), relu between.
// MLP: z = W2·relu(W0·z) with max(1, C // 16) hidden channels, no bias.
// Excite: a = sigmoid(nearest(z)) on the grid of x, out = a·x.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

constexpr int kReduction = 16;

/// Names of the gathering blocks, in order: "downop" for one, "downop.0" … for several; none without parameters.
std::vector<std::string> blocksOf(const ParamSet& params) {
    if (!params.boolean("extra_params")) {
        return {};
    }
    std::vector<std::string> names;
    for (int e = params.integer("extent"); e > 2; e /= 2) {
        names.push_back("downop." + std::to_string(names.size()));
    }
    if (names.empty()) {
        return {"downop"};
    }
    names.push_back("downop." + std::to_string(names.size()));
    return names;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const bool global = params.integer("extent") == 0;
    const int height = global ? shape.height : 3;
    const int width = global ? shape.width : 3;
    std::vector<WeightSpec> specs;
    for (const auto& block : blocksOf(params)) {
        specs.push_back({block + ".dwconv.weight", {shape.channels, 1, height, width}, WeightInit::FanIn, height * width});
        addBatchNorm(specs, block + ".bn", shape.channels);
    }
    if (params.boolean("mlp")) {
        const int hidden = std::max(1, shape.channels / kReduction);
        addConvolution(specs, "mlp.0", hidden, shape.channels, false);
        addConvolution(specs, "mlp.2", shape.channels, hidden, false);
    }
    return specs;
}

Result<void> check(const InputShape&, const ParamSet& params) {
    const int extent = params.integer("extent");
    const bool powerOfTwo = extent >= 2 && (extent & (extent - 1)) == 0;
    if (params.boolean("extra_params") && extent != 0 && !powerOfTwo) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "GENet with a learned gather halves the map again and again, so an extent of %1 is not "
                                    "possible; choose 0, 2, 4, 8 or another power of two."),
                         {std::to_string(extent)});
    }
    return {};
}

class GatherExcite final : public AttentionModule {
public:
    GatherExcite(const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_blocks(blocksOf(params)), m_extent(params.integer("extent")), m_mlp(params.boolean("mlp")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap z = m_blocks.empty() ? means(x) : learned(x);
        steps.add("gather", m_blocks.empty() ? "z_c = mean over the extent of x_c" : "z_c = BN(w_c * x_c), once or repeatedly",
                  [&] { return ops::toTensor(z); });
        if (m_mlp) {
            FeatureMap hidden = m_layers.convolution(z, "mlp.0");
            ops::reluInPlace(hidden.data(), hidden.size());
            z = m_layers.convolution(hidden, "mlp.2");
            steps.add("mlp", "z = W2·relu(W0·z)", [&] { return ops::toTensor(z); });
        }
        FeatureMap gate = ops::resize(z, x.height(), x.width(), ops::Interpolation::Nearest);
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("excite", "a = sigmoid(nearest(z))", [&] { return ops::toTensor(gate); });

        AttentionOutput result;
        FeatureMap out = ops::multiply(x, gate);
        steps.add("scale", "out = a · x", [&] { return ops::toTensor(out); });
        result.frames.push_back(std::move(out));
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Gate of every value"), gate));
        return result;
    }

private:
    [[nodiscard]] FeatureMap means(const FeatureMap& x) const {
        return m_extent == 0 ? ops::adaptiveMeanPool(x, 1, 1) : ops::meanPool(x, 2 * m_extent - 1, m_extent, m_extent - 1, false);
    }

    [[nodiscard]] FeatureMap learned(const FeatureMap& x) const {
        if (m_extent == 0) {
            FeatureMap z = ops::toMap(ops::depthwiseSums(x, m_layers.at("downop.dwconv.weight"), {}));
            m_layers.batchNorm(z, "downop.bn");
            return z;
        }
        FeatureMap z = x;
        for (const auto& block : m_blocks) {
            z = m_layers.convolution(z, block + ".dwconv", {.stride = 2, .padH = 1, .padW = 1, .groups = z.channels()});
            m_layers.batchNorm(z, block + ".bn");
            if (block != m_blocks.back()) {
                ops::reluInPlace(z.data(), z.size());
            }
        }
        return z;
    }

    Layers m_layers;
    std::vector<std::string> m_blocks;
    int m_extent;
    bool m_mlp;
};

}  // namespace

const ModuleInfo& genetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "genet",
        .title = "GENet",
        .longTitle = FOVEA_TEXT("engine", "Gather-excite"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "Gather-Excite: Exploiting Feature Context in CNNs (Hu et al., NeurIPS 2018)",
        .arxiv = "1810.12348",
        .reference = "BayesWatch/pytorch-GENet models/blocks.py Downblock; timm gather_excite.py for the parameter-free gather",
        .summary = FOVEA_TEXT("engine", "Weighs each value by what the same channel holds in its neighbourhood."),
        .params = {{.key = "extent",
                    .label = FOVEA_TEXT("engine", "Extent"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "How many cells one gathered value stands for; 0 gathers the whole map.")},
                   {.key = "extra_params",
                    .label = FOVEA_TEXT("engine", "Learned gather"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Whether convolutions gather instead of the mean.")},
                   {.key = "mlp",
                    .label = FOVEA_TEXT("engine", "Mix channels"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Whether two layers mix the gathered channels before they excite.")}},
        .weights = weights,
        .check = check,
        .tied = [](const ParamSet& params) { return params.boolean("extra_params") && params.integer("extent") == 0; },
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<GatherExcite>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
