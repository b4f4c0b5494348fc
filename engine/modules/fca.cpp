// FcaNet: Frequency Channel Attention Networks (Qin et al., ICCV 2021).
//   P = adaptive mean pooling of x to dct_h×dct_w;  d_c = Σ_uv P_c·D_c;  a = sigmoid(W2·relu(W0·d)), out = a_c·x_c.
// The filters D [C×dct_h×dct_w] are no learned numbers, but cosines: F frequencies share out the channels in F equal runs.

#include <algorithm>

#include "engine/attention/dct_filters.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

/// Everything sizes and filters are made from.
struct Plan {
    int channels, height, width, hidden;
    std::string selection;

    Plan(const InputShape& shape, const ParamSet& params)
        : channels(shape.channels),
          height(side(params.integer("dct_h"), shape.channels)),
          width(side(params.integer("dct_w"), shape.channels)),
          hidden(shape.channels / params.integer("reduction")),
          selection(params.choice("freq_sel_method")) {}

private:
    /// The reference's 56, 28, 14 and 7 for 64, 128, 256 and 512 channels.
    static int side(int chosen, int channels) { return chosen > 0 ? chosen : 7 * std::clamp(512 / channels, 1, 8); }
};

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    return {{"dct_layer.weight", {plan.channels, plan.height, plan.width}, WeightInit::Zero},
            {"fc.0.weight", {plan.hidden, plan.channels}, WeightInit::FanIn, plan.channels},
            {"fc.2.weight", {plan.channels, plan.hidden}, WeightInit::FanIn, plan.hidden}};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    const int frequencies = dctFrequencyCount(plan.selection);
    if (plan.channels % frequencies != 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine", "FcaNet cannot share out %1 channels evenly among %2 frequencies; choose fewer of them, or 1."),
            {std::to_string(plan.channels), std::to_string(frequencies)});
    }
    if (auto reduced = checkReduction("FcaNet", shape.channels, params); !reduced) {
        return reduced;
    }
    return checkWeightCount("FcaNet", weights(shape, params));
}

class FrequencyChannels final : public AttentionModule {
public:
    FrequencyChannels(const Weights& weights, const Plan& plan)
        : m_reduce(weights.tensors.at("fc.0.weight")),
          m_expand(weights.tensors.at("fc.2.weight")),
          // A file has the reference's own table among its weights; nothing is drawn in its place.
          m_filters(weights.provenance.kind == ProvenanceKind::Random
                        ? dctFilters(plan.selection, plan.channels, plan.height, plan.width)
                        : weights.tensors.at("dct_layer.weight")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto descriptor = describe(x);
        steps.add("transform", "d_c = Σ_uv P_c · D_c, P = x pooled to the size of D", [&] { return ops::toTensor(descriptor); });
        auto hidden = ops::linear(descriptor, m_reduce, {});
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("reduce", "h = relu(W0·d)", [&] { return ops::toTensor(hidden); });
        auto gate = ops::linear(hidden, m_expand, {});
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "a = sigmoid(W2·h)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] ops::Vector describe(const FeatureMap& x) const {
        const int height = m_filters.dim(1), width = m_filters.dim(2);
        const bool fits = x.height() == height && x.width() == width;
        const FeatureMap pooled = fits ? x : ops::adaptiveMeanPool(x, height, width);
        return ops::depthwiseSums(pooled, m_filters, {});
    }

    Tensor m_reduce;
    Tensor m_expand;
    Tensor m_filters;
};

}  // namespace

const ModuleInfo& fcaModuleInfo() {
    static const auto size = [](const char* key, const char* label) -> ParamSpec {
        return {
            .key = key,
            .label = label,
            .type = ParamType::Int,
            .fallback = 0,
            .min = 0,
            .max = 256,
            .help = FOVEA_TEXT("engine", "Side of the grid to which the features are pooled; 0 chooses it by their channels.")};
    };
    static const ModuleInfo kInfo{
        .id = "fca",
        .title = "FcaNet",
        .longTitle = FOVEA_TEXT("engine", "Frequency channel attention"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "FcaNet: Frequency Channel Attention Networks (Qin et al., ICCV 2021)",
        .arxiv = "2012.11879",
        .reference = "cfzd/FcaNet model/layer.py MultiSpectralAttentionLayer",
        .summary = FOVEA_TEXT("engine", "Describes groups of channels by different spatial frequencies instead of their mean."),
        .params = {size("dct_h", FOVEA_TEXT("engine", "Pooled height")),
                   size("dct_w", FOVEA_TEXT("engine", "Pooled width")),
                   {.key = "freq_sel_method",
                    .label = FOVEA_TEXT("engine", "Frequencies"),
                    .type = ParamType::Choice,
                    .fallback = std::string("top16"),
                    .choices = dctSelections(),
                    .help =
                        FOVEA_TEXT("engine", "Which frequencies, and how many: the best, the lowest or the worst of the paper.")},
                   reductionParam(16)},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<FrequencyChannels>(w, Plan(shape, params));
        }};
    return kInfo;
}

}  // namespace fovea
