// ResNeSt: Split-Attention Networks (Zhang et al., 2020).
//   U = relu(BN(conv3×3(x))), radix runs of Cout channels, r-major, in cardinality·radix groups;
//   z = relu(BN(fc1(mean over H,W of Σ_r U_r))),  l = fc2(z), both in `cardinality` groups, k-major: l[k, r, j];
//   a[r, k·Cout/cardinality + j] = softmax over r of l[k, r, j], or sigmoid with a radix of 1;  out = Σ_r a[r,c]·U_r.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

/// Everything sizes are made from.
struct Plan {
    int channels, outputs, cardinality, radix, hidden;

    Plan(const InputShape& shape, const ParamSet& params)
        : channels(shape.channels),
          outputs(params.integer("Cout") > 0 ? params.integer("Cout") : shape.channels),
          cardinality(params.integer("groups")),
          radix(params.integer("radix")),
          hidden(std::max(shape.channels * radix / params.integer("reduction_factor"), 32)) {}

    [[nodiscard]] int convolutionGroups() const { return cardinality * radix; }
};

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    const int all = plan.outputs * plan.radix;
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv", all, plan.channels / plan.convolutionGroups(), false, 3);
    addBatchNorm(specs, "bn0", all);
    addConvolution(specs, "fc1", plan.hidden, plan.outputs / plan.cardinality, true);
    addBatchNorm(specs, "bn1", plan.hidden);
    addConvolution(specs, "fc2", all, plan.hidden / plan.cardinality, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    if (plan.channels % plan.convolutionGroups() != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "Split-attention cannot share out %1 channels evenly among %2 splits in %3 groups; choose "
                                    "numbers whose product divides %1."),
                         {std::to_string(plan.channels), std::to_string(plan.radix), std::to_string(plan.cardinality)});
    }
    if (plan.outputs % plan.cardinality != 0 || plan.hidden % plan.cardinality != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "Split-attention cannot share out %1 output and %2 hidden channels evenly among %3 groups; "
                                    "choose a number of groups which divides both."),
                         {std::to_string(plan.outputs), std::to_string(plan.hidden), std::to_string(plan.cardinality)});
    }
    return checkWeightCount("Split-attention", weights(shape, params));
}

class SplitAttention final : public AttentionModule {
public:
    SplitAttention(const Weights& weights, const Plan& plan) : m_layers(weights), m_plan(plan) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        FeatureMap splits =
            m_layers.convolution(input.features(), "conv", {.padH = 1, .padW = 1, .groups = m_plan.convolutionGroups()});
        m_layers.batchNorm(splits, "bn0");
        ops::reluInPlace(splits.data(), splits.size());
        steps.add("split", "U = relu(BN(conv(x)))", [&] { return ops::toTensor(splits); });
        Tensor attention = attend(splits, steps);
        AttentionOutput result;
        result.frames.push_back(ops::mixBranches(splits, attention));
        steps.add("mix", "out = Σ_r a[r,c] · U_r", [&] { return ops::toTensor(result.frames.front()); });
        const bool gate = m_plan.radix == 1;
        const char* title = gate ? FOVEA_TEXT("engine", "Gate of the only split") : FOVEA_TEXT("engine", "Weights of the splits");
        result.maps.push_back(branchMap("branch", gate ? MapRole::Gate : MapRole::Distribution, title, std::move(attention)));
        return result;
    }

private:
    /// a [radix×Cout].
    [[nodiscard]] Tensor attend(const FeatureMap& splits, Steps& steps) const {
        const auto pooled = ops::branchMeans(splits, m_plan.radix);
        steps.add("fuse", "s = mean over H,W of Σ_r U_r", [&] { return ops::toTensor(pooled); });
        const ops::ConvOptions grouped{.groups = m_plan.cardinality};
        FeatureMap hidden = m_layers.convolution(ops::toMap(pooled), "fc1", grouped);
        m_layers.batchNorm(hidden, "bn1");
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("reduce", "z = relu(BN(fc1(s)))", [&] { return ops::toTensor(hidden); });
        const FeatureMap logits = m_layers.convolution(hidden, "fc2", grouped);
        Tensor attention = radixMajor(logits);
        if (m_plan.radix == 1) {
            ops::sigmoidInPlace(attention.values.data(), attention.size());
        } else {
            ops::softmax(attention, 0);
        }
        steps.add("attend", m_plan.radix == 1 ? "a = sigmoid(fc2(z))" : "a = softmax over r of fc2(z)",
                  [&] { return attention; });
        return attention;
    }

    /// From (k, r, j) to (r, k, j).
    [[nodiscard]] Tensor radixMajor(const FeatureMap& logits) const {
        const int run = m_plan.outputs / m_plan.cardinality;
        Tensor out({m_plan.radix, m_plan.outputs});
        for (int k = 0; k < m_plan.cardinality; ++k) {
            for (int r = 0; r < m_plan.radix; ++r) {
                std::copy_n(logits.data() + (k * m_plan.radix + r) * run, run,
                            out.values.data() + (r * m_plan.cardinality + k) * run);
            }
        }
        return out;
    }

    Layers m_layers;
    Plan m_plan;
};

ParamSpec number(const char* key, const char* label, int fallback, int least, int most, const char* help) {
    return {.key = key,
            .label = label,
            .type = ParamType::Int,
            .fallback = fallback,
            .min = static_cast<double>(least),
            .max = static_cast<double>(most),
            .help = help};
}

}  // namespace

const ModuleInfo& split_attentionModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "split_attention",
        .title = "Split-attention",
        .longTitle = FOVEA_TEXT("engine", "Split-attention"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "ResNeSt: Split-Attention Networks (Zhang et al., 2020)",
        .arxiv = "2004.08955",
        .reference = "zhanghang1989/ResNeSt resnest/torch/models/splat.py SplAtConv2d",
        .summary = FOVEA_TEXT("engine", "Convolves the features several times over and mixes the results for each channel."),
        .params = {number("Cout", FOVEA_TEXT("engine", "Output channels"), 0, 0, 4096,
                          FOVEA_TEXT("engine", "Channels of the output; 0 takes as many as the input has.")),
                   number("radix", FOVEA_TEXT("engine", "Splits"), 2, 1, 64,
                          FOVEA_TEXT("engine", "How many results are mixed; a single one is gated.")),
                   number("groups", FOVEA_TEXT("engine", "Groups"), 1, 1, 1024,
                          FOVEA_TEXT("engine", "Runs of channels which are treated apart from each other.")),
                   number("reduction_factor", FOVEA_TEXT("engine", "Reduction"), 4, 1, 256,
                          FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has; it keeps at least 32."))},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SplitAttention>(w, Plan(shape, params));
        }};
    return kInfo;
}

}  // namespace fovea
