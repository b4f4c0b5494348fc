// Global-Local Temporal Representations for Video Person Re-Identification (Li et al., ICCV 2019), its temporal self-attention
// alone: no pyramid of dilated convolutions, scaled dot product.
//   p_t = mean over H,W of x_t,  q = W_q·p + b_q, k = W_k·p + b_k, v = W_v·p + b_v (C → d);
//   A[t,s] = softmax over s of q_t·k_s / √d,  out_t = x_t + P·(A·v)_t + b_p at every position.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

int innerChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("d");
    return chosen > 0 ? chosen : std::max(1, shape.channels / 2);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int inner = innerChannels(shape, params);
    std::vector<WeightSpec> specs;
    for (const std::string layer : {"q", "k", "v"}) {
        specs.push_back({layer + ".weight", {inner, channels}, WeightInit::FanIn, channels});
        specs.push_back({layer + ".bias", {inner}, WeightInit::FanIn, channels});
    }
    specs.push_back({"proj.weight", {channels, inner}, WeightInit::FanIn, inner});
    specs.push_back({"proj.bias", {channels}, WeightInit::FanIn, inner});
    return specs;
}

class TemporalAffinity final : public AttentionModule {
public:
    explicit TemporalAffinity(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap pooled = ops::frameMeans(input.frames);
        steps.add("pool", "p_t = mean over H,W of x_t", [&] { return ops::toTensor(pooled); });
        FeatureMap query = project(pooled, "q");
        FeatureMap key = project(pooled, "k");
        const FeatureMap value = project(pooled, "v");
        steps.add("query", "q = W_q·p + b_q", [&] { return ops::toTensor(query); });
        steps.add("key", "k = W_k·p + b_k", [&] { return ops::toTensor(key); });
        steps.add("value", "v = W_v·p + b_v", [&] { return ops::toTensor(value); });
        const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(query.channels())));
        auto attended = attend(std::move(query), std::move(key), value, 1, scale, input.stop);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        steps.add("attend", "o_t = Σ_s softmax_s(q_t · k_s / √d) · v_s", [&] { return ops::toTensor(attended->output); });
        const FeatureMap term = project(attended->output, "proj");
        steps.add("merge", "r = P·o + b_p", [&] { return ops::toTensor(term); });

        AttentionOutput result;
        const FeatureMap byFrame = ops::channelsToCells(term);
        for (int t = 0; t < byFrame.channels(); ++t) {
            FeatureMap y = *input.frames[static_cast<std::size_t>(t)];
            ops::addToChannels(y, {byFrame.row(t), byFrame.row(t) + byFrame.cells()});
            result.frames.push_back(std::move(y));
        }
        steps.add("residual", "out_t = x_t + r_t", [&] { return ops::toTensor(result.frames); });
        addMaps(result, static_cast<int>(input.frames.size()), std::move(attended->factors));
        return result;
    }

private:
    [[nodiscard]] FeatureMap project(const FeatureMap& x, const std::string& layer) const {
        return ops::conv2d(x, m_weights.at(layer + ".weight"), m_weights.at(layer + ".bias"));
    }

    static void addMaps(AttentionOutput& result, int frames, std::shared_ptr<const PairwiseFactors> factors) {
        ops::Vector received(frames, 0.0F);
        for (int t = 0; t < frames; ++t) {
            const auto row = factors->row(0, t);
            std::transform(row.begin(), row.end(), received.begin(), received.begin(),
                           [frames](float weight, float sum) { return sum + weight / static_cast<float>(frames); });
        }
        result.maps.push_back(temporalMap(MapRole::Distribution, FOVEA_TEXT("engine", "Attention received by each frame"),
                                          ops::toTensor(received)));
        result.maps.push_back(selfAttentionMap(1, 1, std::move(factors), frames));
    }

    std::map<std::string, Tensor> m_weights;
};

}  // namespace

const ModuleInfo& gltrModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "gltr",
        .title = "GLTR",
        .longTitle = FOVEA_TEXT("engine", "Temporal self-attention on pooled frames"),
        .domain = Domain::Temporal,
        .kind = AttentionKind::Self,
        .needs = {.clip = true},
        .year = 2019,
        .paper = "Global-Local Temporal Representations for Video Person Re-Identification (Li et al., ICCV 2019), simplified",
        .arxiv = "1908.10049",
        .reference = "the temporal self-attention of the paper on pooled frame features, with a residual",
        .summary = FOVEA_TEXT("engine", "Lets every frame gather from all frames whose mean features resemble its own."),
        .params = {{.key = "d",
                    .label = FOVEA_TEXT("engine", "Inner channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Length of queries, keys and values; 0 takes half the channels.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<TemporalAffinity>(w);
        }};
    return kInfo;
}

}  // namespace fovea
