// Is Space-Time Attention All You Need for Video Understanding? (Bertasius et al., ICML 2021): divided space-time attention.
// Tokens x[t,n] are the positions n of the frames t. MHSA is the one of vision transformers (MultiHead has its equations).
//   Along time, for each position:  x1 = x + W·MHSA_t(LN_t(x)) + b
//   Within each frame:              out = x1 + MHSA_s(LN_s(x1))
// Layer norms with ε = 1e−6. No class token, MLP or positional embedding.

#include "engine/attention/module.h"
#include "engine/attention/multi_head.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

constexpr float kEpsilon = 1e-6F;
constexpr const char* kAlongTime = "temporal_attn.";
constexpr const char* kWithinFrame = "attn.";

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    std::vector<WeightSpec> specs{{"temporal_norm1.weight", {channels}, WeightInit::One},
                                  {"temporal_norm1.bias", {channels}, WeightInit::Zero},
                                  {"norm1.weight", {channels}, WeightInit::One},
                                  {"norm1.bias", {channels}, WeightInit::Zero},
                                  {"temporal_fc.weight", {channels, channels}, WeightInit::FanIn, channels},
                                  {"temporal_fc.bias", {channels}, WeightInit::FanIn, channels}};
    for (const char* prefix : {kAlongTime, kWithinFrame}) {
        const auto attention = MultiHead::weights(prefix, channels, params);
        specs.insert(specs.end(), attention.begin(), attention.end());
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) { return MultiHead::check(shape.channels, params); }

class DividedSpaceTime final : public AttentionModule {
public:
    DividedSpaceTime(const Weights& weights, const ParamSet& params)
        : m_weights(weights.tensors), m_alongTime(weights, kAlongTime, params), m_withinFrame(weights, kWithinFrame, params) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const int frames = static_cast<int>(input.frames.size());
        const int height = input.features().height();
        const int width = input.features().width();
        FeatureMap x = ops::joinFrames(input.frames);
        auto times = alongTime(x, frames, input, steps);
        auto places = times ? withinFrames(x, frames, input, steps) : nullptr;
        if (!places) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        AttentionOutput result;
        result.frames = ops::splitFrames(x, frames);
        result.maps.push_back(frameMatricesMap(frames, height, width, std::move(places)));
        result.maps.push_back(placeMatricesMap(frames, height, width, std::move(times)));
        return result;
    }

private:
    using Factors = std::shared_ptr<const PairwiseFactors>;

    [[nodiscard]] FeatureMap normalized(const FeatureMap& x, const std::string& layer) const {
        FeatureMap y = x;
        ops::layerNormChannels(y, m_weights.at(layer + ".weight"), m_weights.at(layer + ".bias"), kEpsilon);
        return y;
    }

    /// x becomes x1; null when stopped. The frames of one position are brought side by side, so that they are one run of cells.
    Factors alongTime(FeatureMap& x, int frames, const ModuleInput& input, Steps& steps) const {
        const FeatureMap tokens = ops::transposeCells(normalized(x, "temporal_norm1"), frames);
        steps.add("temporal norm", "t = LN_t(x)", [&] { return ops::toTensor(tokens); });
        auto attended =
            m_alongTime.run(tokens, tokens.height(), input, steps, {"temporal project", "temporal attend", "temporal merge"});
        if (!attended) {
            return nullptr;
        }
        const FeatureMap byPlace =
            ops::conv2d(attended->output, m_weights.at("temporal_fc.weight"), m_weights.at("temporal_fc.bias"));
        ops::add(x, ops::transposeCells(byPlace, tokens.height()));
        steps.add("temporal residual", "x1 = x + W·MHSA_t(t) + b", [&] { return ops::toTensor(x); });
        return std::move(attended->factors);
    }

    /// x1 becomes the output; null when stopped.
    Factors withinFrames(FeatureMap& x, int frames, const ModuleInput& input, Steps& steps) const {
        const FeatureMap tokens = normalized(x, "norm1");
        steps.add("spatial norm", "s = LN_s(x1)", [&] { return ops::toTensor(tokens); });
        auto attended = m_withinFrame.run(tokens, frames, input, steps, {"spatial project", "spatial attend", "spatial merge"});
        if (!attended) {
            return nullptr;
        }
        ops::add(x, attended->output);
        steps.add("spatial residual", "out = x1 + MHSA_s(s)", [&] { return ops::toTensor(x); });
        return std::move(attended->factors);
    }

    std::map<std::string, Tensor> m_weights;
    MultiHead m_alongTime;
    MultiHead m_withinFrame;
};

}  // namespace

const ModuleInfo& divided_stModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "divided_st",
        .title = "Divided ST",
        .longTitle = FOVEA_TEXT("engine", "Divided space-time attention"),
        .domain = Domain::SpatialTemporal,
        .kind = AttentionKind::Self,
        .needs = {.clip = true},
        .year = 2021,
        .paper = "Is Space-Time Attention All You Need for Video Understanding? (Bertasius et al., ICML 2021)",
        .arxiv = "2102.05095",
        .reference = "facebookresearch/TimeSformer timesformer/models/vit.py Block (divided_space_time)",
        .summary = FOVEA_TEXT(
            "engine", "Lets every position gather from the same place in all frames and then from all places of its frame."),
        .params = MultiHead::params(),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DividedSpaceTime>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
