// SKNet: Selective Kernel Networks (Li et al., CVPR 2019).
//   U_b = relu(BN(conv3×3 with dilation (k_b − 1)/2 (x)));  s = mean over H,W of Σ_b U_b;  z = relu(BN(W_r·s));
//   a = softmax over b of W_s·z  (C numbers a branch),  out_c = Σ_b a[b,c]·U_b,c.
// A kernel of 5 is a 3×3 kernel of dilation 2, one of 7 of dilation 3.

#include <algorithm>

#include "engine/attention/branches.h"
#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

std::string path(std::size_t branch) { return "paths." + std::to_string(branch); }

/// The paper's max(C/16, 32) where 0 leaves it to the channels.
int hiddenChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("d");
    return chosen > 0 ? chosen : std::max(shape.channels / 16, 32);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int groups = convolutionGroups(shape, params);
    const auto& kernels = params.integers("kernels");
    const int hidden = hiddenChannels(shape, params);
    std::vector<WeightSpec> specs;
    for (std::size_t b = 0; b < kernels.size(); ++b) {
        specs.push_back(
            {path(b) + ".conv.weight", {channels, channels / groups, 3, 3}, WeightInit::FanIn, channels / groups * 9});
        addBatchNorm(specs, path(b) + ".bn", channels);
    }
    addConvolution(specs, "attn.fc_reduce", hidden, channels, false);
    addBatchNorm(specs, "attn.bn", hidden);
    addConvolution(specs, "attn.fc_select", static_cast<int>(kernels.size()) * channels, hidden, false);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const auto& kernels = params.integers("kernels");
    if (std::any_of(kernels.begin(), kernels.end(), [](int k) { return k % 2 == 0; })) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "SK's kernels are odd numbers from 3 on, such as 3,5; choose those."));
    }
    return checkGroups("SK", shape.channels, convolutionGroups(shape, params));
}

class SelectiveKernel final : public AttentionModule {
public:
    SelectiveKernel(const InputShape& shape, const Weights& weights, const ParamSet& params)
        : m_layers(weights), m_kernels(params.integers("kernels")), m_groups(convolutionGroups(shape, params)) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        std::vector<FeatureMap> branches;
        for (std::size_t b = 0; b < m_kernels.size(); ++b) {
            const int reach = (m_kernels[b] - 1) / 2;
            FeatureMap u =
                m_layers.convolution(x, path(b) + ".conv", {.padH = reach, .padW = reach, .dilation = reach, .groups = m_groups});
            m_layers.batchNorm(u, path(b) + ".bn");
            ops::reluInPlace(u.data(), u.size());
            trace.stage("branch", "U_b = relu(BN(conv_b(x)))", [&] { return ops::toTensor(u); });
            branches.push_back(std::move(u));
        }
        const ops::Vector fused = meanOfSum(branches);
        trace.stage("fuse", "s = mean over H,W of Σ_b U_b", [&] { return ops::toTensor(fused); });
        FeatureMap z(x.channels(), 1, 1);
        std::copy(fused.begin(), fused.end(), z.data());
        z = m_layers.rectified(z, "attn.fc_reduce", "attn.bn");
        trace.stage("reduce", "z = relu(BN(W_r·s))", [&] { return ops::toTensor(z); });
        const FeatureMap logits = m_layers.convolution(z, "attn.fc_select");
        Tensor gate({static_cast<std::int64_t>(branches.size()), x.channels()}, {logits.data(), logits.data() + logits.size()});
        ops::softmax(gate, 0);
        trace.stage("select", "a = softmax over b of W_s·z", [&] { return gate; });
        AttentionOutput result;
        result.frames.push_back(weightedSum(branches, gate));
        trace.stage("merge", "out_c = Σ_b a[b,c]·U_b,c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(branchMap(MapRole::Distribution, FOVEA_TEXT("engine", "Weights of the kernels"), std::move(gate)));
        return result;
    }

private:
    Layers m_layers;
    std::vector<int> m_kernels;
    int m_groups;
};

}  // namespace

const ModuleInfo& skModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sk",
        .title = "SK",
        .longTitle = FOVEA_TEXT("engine", "Selective kernel unit"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "Selective Kernel Networks (Li et al., CVPR 2019)",
        .arxiv = "1903.06586",
        .reference = "huggingface/pytorch-image-models timm/layers/selective_kernel.py SelectiveKernel(split_input=False)",
        .summary = FOVEA_TEXT("engine", "Chooses for each channel between small and large surroundings."),
        .params = {{.key = "kernels",
                    .label = FOVEA_TEXT("engine", "Kernel sizes"),
                    .type = ParamType::IntList,
                    .fallback = std::vector<int>{3, 5},
                    .min = 3,
                    .max = 15,
                    .leastCount = 2,
                    .help = FOVEA_TEXT("engine", "The surroundings between which it chooses, in cells; odd numbers.")},
                   groupsParam(true),
                   {.key = "d",
                    .label = FOVEA_TEXT("engine", "Reduced channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 1024,
                    .help = FOVEA_TEXT(
                        "engine", "Channels of the hidden layer; 0 means the larger of 32 and a sixteenth of the channels.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SelectiveKernel>(shape, w, params);
        }};
    return kInfo;
}

}  // namespace fovea
