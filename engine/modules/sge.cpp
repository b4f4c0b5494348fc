// SGE: Spatial Group-wise Enhance (Li et al., 2019). G groups of consecutive channels.
//   t_g[n] = Σ_c x[c,n]·mean_n'(x[c,n']) over the group's channels,  u = (t − mean t)/(std t + 1e-5),
//   A_g = sigmoid(u·weight_g + bias_g),  out = A_g·x for every channel of the group.
// The deviation is unbiased (divides by N − 1) and not defined for a single position.

#include <algorithm>

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/standardize.h"

namespace fovea {
namespace {

constexpr int kMostGroups = 64;
constexpr double kEpsilon = 1e-5;

/// 0 takes the most groups up to the reference's 64 which share the channels evenly.
int groupsOf(const InputShape& shape, const ParamSet& params) {
    int groups = params.integer("groups");
    if (groups == 0) {
        groups = std::min(kMostGroups, shape.channels);
        while (shape.channels % groups != 0) {
            --groups;
        }
    }
    return groups;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int groups = groupsOf(shape, params);
    // The reference starts with 0 and 1, the same gate everywhere; random weights take a scale which shows the map.
    return {{"weight", {1, groups, 1, 1}, WeightInit::One}, {"bias", {1, groups, 1, 1}, WeightInit::Zero}};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (shape.height * shape.width < 2) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "SGE needs at least two positions; choose a smaller stride or a larger picture."));
    }
    const int groups = groupsOf(shape, params);
    if (shape.channels % groups != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "%1 channels cannot be shared out evenly among %2 groups; choose a number of groups which "
                                    "divides %1."),
                         {std::to_string(shape.channels), std::to_string(groups)});
    }
    return {};
}

class GroupEnhance final : public AttentionModule {
public:
    GroupEnhance(const Weights& weights, int groups)
        : m_weight(weights.tensors.at("weight")), m_bias(weights.tensors.at("bias")), m_groups(groups) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto means = ops::globalMean(x);
        steps.add("mean", "m_c = mean over H,W of x_c", [&] { return ops::toTensor(means); });
        const int size = x.channels() / m_groups;
        FeatureMap gate = ops::standardizedGroups(x, means, m_groups, kEpsilon);
        steps.add("normalise", "u = (t − mean t)/(std t + 1e-5), t_n = Σ_c m_c·x[c,n]", [&] { return ops::toTensor(gate); });
        for (int g = 0; g < m_groups; ++g) {
            ops::scaleAndShift(gate.row(g), static_cast<std::size_t>(gate.cells()), m_weight.values[g], m_bias.values[g]);
        }
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "A_g = sigmoid(u·weight_g + bias_g)", [&] { return ops::toTensor(gate); });
        FeatureMap y(x.channels(), x.height(), x.width());
        for (int c = 0; c < x.channels(); ++c) {
            ops::multiply(x.row(c), gate.row(c / size), static_cast<std::size_t>(x.cells()), y.row(c));
        }
        steps.add("scale", "out = A_g · x", [&] { return ops::toTensor(y); });
        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(fullMap("group", MapRole::Gate, FOVEA_TEXT("engine", "Gate of each group"), gate));
        return result;
    }

private:
    Tensor m_weight;
    Tensor m_bias;
    int m_groups;
};

}  // namespace

const ModuleInfo& sgeModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sge",
        .title = "SGE",
        .longTitle = FOVEA_TEXT("engine", "Spatial group-wise enhance"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "Spatial Group-wise Enhance: Improving Semantic Feature Learning in CNNs (Li et al., 2019)",
        .arxiv = "1905.09646",
        .reference = "implus/PytorchInsight classification/models/imagenet/resnet_sge.py SpatialGroupEnhance",
        .summary = FOVEA_TEXT("engine", "Weighs the positions of each group of channels by their likeness to the group's mean."),
        .params = {{.key = "groups",
                    .label = FOVEA_TEXT("engine", "Groups"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Groups of channels with a map each; 0 takes as many as go evenly, up to 64.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<GroupEnhance>(w, groupsOf(shape, params));
        }};
    return kInfo;
}

}  // namespace fovea
