// Categorical Reparameterization with Gumbel-Softmax (Jang et al., ICLR 2017): straight-through selection of one region, as at
// inference, without noise.
//   s = w·x + b (1×1), logits = s mean-pooled to gh×gw, p = softmax(logits / τ), r = the first largest logit;
//   m = 1 in rows ⌊r_i·H / gh⌋ … ⌊(r_i + 1)·H / gh⌋ and columns alike, out = m·x.
// The regions of the mask are disjoint, whereas the bins of the pooling may overlap by a cell.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    std::vector<WeightSpec> specs;
    addConvolution(specs, "score", 1, shape.channels, true);
    return specs;
}

class RegionSelection final : public AttentionModule {
public:
    RegionSelection(const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_rows(params.integer("gh")), m_columns(params.integer("gw")), m_tau(params.real("tau")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap score = m_layers.convolution(x, "score");
        steps.add("score", "s = w·x + b", [&] { return ops::toTensor(score, true); });
        const FeatureMap logits = ops::adaptiveMeanPool(score, m_rows, m_columns);
        steps.add("pool", "logits = s mean-pooled to gh×gw", [&] { return ops::toTensor(logits, true); });
        ops::Vector regions(logits.data(), logits.data() + logits.size());
        const int chosen = static_cast<int>(std::max_element(regions.begin(), regions.end()) - regions.begin());
        for (float& v : regions) {
            v = static_cast<float>(v / m_tau);
        }
        ops::softmax(regions.data(), regions.size(), regions.size());
        steps.add("softmax", "p = softmax(logits / τ)", [&] { return ops::toTensor(regions); });

        const int i = chosen / m_columns, j = chosen % m_columns;
        const int box[4] = {j * x.width() / m_columns, i * x.height() / m_rows, (j + 1) * x.width() / m_columns,
                            (i + 1) * x.height() / m_rows};
        FeatureMap mask(1, x.height(), x.width());
        for (int row = box[1]; row < box[3]; ++row) {
            std::fill(mask.data() + row * x.width() + box[0], mask.data() + row * x.width() + box[2], 1.0F);
        }
        AttentionOutput result;
        result.frames.push_back(ops::scalePositions(x, mask));
        steps.add("mask", "out = m · x", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(spatialMap("spatial", MapRole::Mask, FOVEA_TEXT("engine", "Selected region"), mask));
        result.maps.push_back(branchMap("branch", MapRole::Distribution, FOVEA_TEXT("engine", "Probability of each region"),
                                        ops::toTensor(regions)));
        result.maps.push_back(
            regionMap("box", FOVEA_TEXT("engine", "Box of the selected region"), Tensor({4}, std::vector<float>(box, box + 4))));
        return result;
    }

private:
    Layers m_layers;
    int m_rows;
    int m_columns;
    double m_tau;
};

ParamSpec count(const char* key, const char* label, const char* help) {
    return {.key = key, .label = label, .type = ParamType::Int, .fallback = 3, .min = 1, .max = 64, .help = help};
}

}  // namespace

const ModuleInfo& st_gumbelModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "st_gumbel",
        .title = "ST-Gumbel",
        .longTitle = FOVEA_TEXT("engine", "Straight-through Gumbel region selection"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Hard,
        .year = 2017,
        .paper = "Categorical Reparameterization with Gumbel-Softmax (Jang et al., ICLR 2017)",
        .arxiv = "1611.01144",
        .reference = "the paper's straight-through estimator in evaluation mode, over the regions of a grid",
        .summary = FOVEA_TEXT("engine", "Keeps the one region of a grid which scores highest and zeroes the rest."),
        .params = {count("gh", FOVEA_TEXT("engine", "Rows of regions"), FOVEA_TEXT("engine", "Regions from top to bottom.")),
                   count("gw", FOVEA_TEXT("engine", "Columns of regions"), FOVEA_TEXT("engine", "Regions from left to right.")),
                   {.key = "tau",
                    .label = FOVEA_TEXT("engine", "Temperature"),
                    .type = ParamType::Real,
                    .fallback = 1.0,
                    .min = 1e-3,
                    .max = 1e3,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "How even the probabilities are; the selection does not depend on it.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<RegionSelection>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
