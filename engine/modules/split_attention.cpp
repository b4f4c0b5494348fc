// ResNeSt: Split-Attention Networks (Zhang et al., 2020), SplAtConv2d.
//   U = relu(BN(conv3×3(x))), radix consecutive chunks U_r of Cout channels;  g = mean over H,W of Σ_r U_r;
//   l = fc2·relu(BN(fc1·g)) in cardinality groups;  a = softmax over r of l (radix 1: sigmoid),  out = Σ_r a_r·U_r.
// l is ordered group, radix, channel; the chunks and the map are ordered radix, group, channel.

#include <algorithm>

#include "engine/attention/branches.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

int innerChannels(const InputShape& shape, const ParamSet& params) {
    return std::max(shape.channels * params.integer("radix") / params.integer("reduction_factor"), 32);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int radix = params.integer("radix");
    const int groups = params.integer("groups");
    const int outputs = outputChannels(shape, params);
    const int inner = innerChannels(shape, params);
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv", outputs * radix, shape.channels / (groups * radix), false, 3);
    addBatchNorm(specs, "bn0", outputs * radix);
    addConvolution(specs, "fc1", inner, outputs / groups, true);
    addBatchNorm(specs, "bn1", inner);
    addConvolution(specs, "fc2", outputs * radix, inner / groups, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const int groups = params.integer("groups");
    for (const auto& [channels, parts] :
         {std::pair(shape.channels, groups * params.integer("radix")), std::pair(outputChannels(shape, params), groups),
          std::pair(innerChannels(shape, params), groups)}) {
        if (auto shared = checkGroups("Split attention", channels, parts); !shared) {
            return shared;
        }
    }
    return {};
}

class SplitAttention final : public AttentionModule {
public:
    SplitAttention(const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_radix(params.integer("radix")), m_groups(params.integer("groups")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        FeatureMap u = m_layers.convolution(input.features(), "conv", {.padH = 1, .padW = 1, .groups = m_groups * m_radix});
        m_layers.batchNorm(u, "bn0");
        ops::reluInPlace(u.data(), u.size());
        trace.stage("splits", "U = relu(BN(conv(x)))", [&] { return ops::toTensor(u); });
        const std::vector<FeatureMap> chunks = split(u);
        const ops::Vector pooled = meanOfSum(chunks);
        trace.stage("pool", "g = mean over H,W of Σ_r U_r", [&] { return ops::toTensor(pooled); });
        Tensor gate = attention(pooled);
        trace.stage("r-softmax", "a = softmax over r of fc2·relu(BN(fc1·g))", [&] { return gate; });
        AttentionOutput result;
        result.frames.push_back(weightedSum(chunks, gate));
        trace.stage("merge", "out = Σ_r a_r · U_r", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(branchMap(m_radix > 1 ? MapRole::Distribution : MapRole::Gate,
                                        FOVEA_TEXT("engine", "Weights of the splits"), std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] std::vector<FeatureMap> split(const FeatureMap& u) const {
        std::vector<FeatureMap> chunks;
        for (int r = 0; r < m_radix; ++r) {
            FeatureMap& chunk = chunks.emplace_back(u.channels() / m_radix, u.height(), u.width());
            std::copy_n(u.row(r * chunk.channels()), chunk.size(), chunk.data());
        }
        return chunks;
    }

    /// [radix×Cout].
    [[nodiscard]] Tensor attention(const ops::Vector& pooled) const {
        FeatureMap z(static_cast<int>(pooled.size()), 1, 1);
        std::copy(pooled.begin(), pooled.end(), z.data());
        z = m_layers.convolution(z, "fc1", {.groups = m_groups});
        m_layers.batchNorm(z, "bn1");
        ops::reluInPlace(z.data(), z.size());
        const FeatureMap logits = m_layers.convolution(z, "fc2", {.groups = m_groups});
        const int outputs = static_cast<int>(pooled.size());
        const int width = outputs / m_groups;
        Tensor gate(Shape{m_radix, outputs});
        for (int k = 0; k < m_groups; ++k) {
            for (int r = 0; r < m_radix; ++r) {
                std::copy_n(logits.data() + (k * m_radix + r) * width, width, gate.values.data() + r * outputs + k * width);
            }
        }
        if (m_radix > 1) {
            ops::softmax(gate, 0);
        } else {
            ops::sigmoidInPlace(gate.values.data(), gate.size());
        }
        return gate;
    }

    Layers m_layers;
    int m_radix;
    int m_groups;
};

ParamSpec whole(const char* key, const char* label, int fallback, double max, const char* help) {
    return {.key = key, .label = label, .type = ParamType::Int, .fallback = fallback, .min = 1, .max = max, .help = help};
}

}  // namespace

const ModuleInfo& split_attentionModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "split_attention",
        .title = "Split attention",
        .longTitle = FOVEA_TEXT("engine", "Split-attention convolution"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "ResNeSt: Split-Attention Networks (Zhang et al., 2020)",
        .arxiv = "2004.08955",
        .reference = "zhanghang1989/ResNeSt resnest/torch/models/splat.py SplAtConv2d",
        .summary = FOVEA_TEXT("engine", "Chooses for each channel between several convolutions of parts of the features."),
        .params = {whole("radix", FOVEA_TEXT("engine", "Radix"), 2, 16, FOVEA_TEXT("engine", "Splits between which it chooses.")),
                   whole("groups", FOVEA_TEXT("engine", "Cardinality"), 1, 128,
                         FOVEA_TEXT("engine", "Groups of channels which are kept apart throughout.")),
                   whole("reduction_factor", FOVEA_TEXT("engine", "Reduction"), 4, 256,
                         FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has.")),
                   outputsParam()},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SplitAttention>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
