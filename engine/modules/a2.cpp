// A²-Nets: Double Attention Networks (Chen et al., NeurIPS 2018).
//   A = W_A·x + b_A (c_m), B = W_B·x + b_B (c_n), V = W_V·x + b_V (c_n), all 1×1;
//   gather: g = softmax over the positions of B, G = A·gᵀ (c_m×c_n);
//   distribute: d = softmax over the c_n rows of V at every position, Z = G·d;
//   out = W_R·Z + b_R with `reconstruct`, else Z itself, which has c_m channels. There is no residual.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

int countOf(const InputShape& shape, const ParamSet& params, const char* key) {
    const int chosen = params.integer(key);
    return chosen > 0 ? chosen : std::max(1, shape.channels / 4);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int values = countOf(shape, params, "c_m");
    const int regions = countOf(shape, params, "c_n");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "convA", values, shape.channels, true);
    addConvolution(specs, "convB", regions, shape.channels, true);
    addConvolution(specs, "convV", regions, shape.channels, true);
    if (params.boolean("reconstruct")) {
        addConvolution(specs, "conv_reconstruct", shape.channels, values, true);
    }
    return specs;
}

class DoubleAttention final : public AttentionModule {
public:
    DoubleAttention(const Weights& weights, bool reconstruct) : m_layers(weights), m_reconstruct(reconstruct) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap values = m_layers.convolution(x, "convA");
        steps.add("values", "A = W_A·x + b_A", [&] { return ops::toTensor(values); });
        FeatureMap gather = m_layers.convolution(x, "convB");
        ops::softmaxCells(gather);
        steps.add("gather weights", "g = softmax over H·W of W_B·x + b_B", [&] { return ops::toTensor(gather); });
        FeatureMap distribute = m_layers.convolution(x, "convV");
        ops::softmaxChannels(distribute);
        steps.add("distribute weights", "d = softmax over rows of W_V·x + b_V", [&] { return ops::toTensor(distribute); });

        const Tensor gathered = ops::product(ops::matrixOf(values), ops::transposed(ops::matrixOf(gather)));
        steps.add("gather", "G = A · gᵀ", [&] { return gathered; });
        FeatureMap out(values.channels(), x.height(), x.width());
        ops::product(ops::matrixOf(gathered), ops::matrixOf(distribute), ops::matrixOf(out));
        steps.add("distribute", "Z = G · d", [&] { return ops::toTensor(out); });
        if (m_reconstruct) {
            out = m_layers.convolution(out, "conv_reconstruct");
            steps.add("reconstruct", "out = W_R·Z + b_R", [&] { return ops::toTensor(out); });
        }

        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(fullMap("gather", MapRole::Distribution,
                                      FOVEA_TEXT("engine", "Where each region is gathered (sums to 1 over positions)"), gather));
        result.maps.push_back(fullMap("distribute", MapRole::Distribution,
                                      FOVEA_TEXT("engine", "Which region each position takes (sums to 1 over regions)"),
                                      distribute));
        return result;
    }

private:
    Layers m_layers;
    bool m_reconstruct;
};

}  // namespace

const ModuleInfo& a2ModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "a2",
        .title = "A²-Net",
        .longTitle = FOVEA_TEXT("engine", "Double attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2018,
        .paper = "A²-Nets: Double Attention Networks (Chen et al., NeurIPS 2018)",
        .arxiv = "1810.11579",
        .reference = "nguyenvo09/Double-Attention-Network double_attention_layer.py DoubleAttentionLayer",
        .summary = FOVEA_TEXT("engine", "Gathers the features into a few descriptors and hands these out to every position."),
        .params = {{.key = "c_m",
                    .label = FOVEA_TEXT("engine", "Descriptor channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Length of each gathered descriptor; 0 takes a quarter of the channels.")},
                   {.key = "c_n",
                    .label = FOVEA_TEXT("engine", "Descriptors"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "How many descriptors are gathered; 0 takes a quarter of the channels.")},
                   {.key = "reconstruct",
                    .label = FOVEA_TEXT("engine", "Reconstruct"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether the result gets the input's number of channels back.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DoubleAttention>(w, params.boolean("reconstruct"));
        }};
    return kInfo;
}

}  // namespace fovea
