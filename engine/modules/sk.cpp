// Selective Kernel Networks (Li et al., CVPR 2019).
//   Path b: U_b = relu(BN(conv3×3(x))) in groups with dilation (k_b − 1)/2, which reaches as far as a k_b×k_b kernel;
//   s = mean over H,W of Σ_b U_b,  z = relu(BN(W_r·s)),  a = softmax over b of (W_s·z)[b·C + c];
//   out = Σ_b a[b,c]·U_b.

#include <algorithm>
#include <numeric>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

constexpr int kGroups = 32;

/// Everything sizes are made from.
struct Plan {
    int channels, groups, hidden;
    std::vector<int> kernels;

    Plan(const InputShape& shape, const ParamSet& params)
        : channels(shape.channels),
          groups(params.integer("groups") > 0 ? params.integer("groups") : std::gcd(kGroups, shape.channels)),
          hidden(params.integer("d") > 0 ? params.integer("d") : std::max(shape.channels / 16, 32)),
          kernels(params.integers("kernels")) {}

    [[nodiscard]] int paths() const { return static_cast<int>(kernels.size()); }
};

std::string pathName(int path) { return "paths." + std::to_string(path); }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    std::vector<WeightSpec> specs;
    for (int b = 0; b < plan.paths(); ++b) {
        addConvolution(specs, pathName(b) + ".conv", plan.channels, plan.channels / plan.groups, false, 3);
        addBatchNorm(specs, pathName(b) + ".bn", plan.channels);
    }
    addConvolution(specs, "attn.fc_reduce", plan.hidden, plan.channels, false);
    addBatchNorm(specs, "attn.bn", plan.hidden);
    addConvolution(specs, "attn.fc_select", plan.paths() * plan.channels, plan.hidden, false);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    const auto even = std::find_if(plan.kernels.begin(), plan.kernels.end(), [](int k) { return k % 2 == 0; });
    if (even != plan.kernels.end()) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The paths of SK have odd kernel sizes, not %1; choose sizes such as 3, 5 and 7."),
                         {std::to_string(*even)});
    }
    if (plan.channels % plan.groups != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "SK cannot share out %1 channels evenly among %2 groups; choose a number of groups which "
                                    "divides %1, or 0."),
                         {std::to_string(plan.channels), std::to_string(plan.groups)});
    }
    return {};
}

class SelectiveKernel final : public AttentionModule {
public:
    SelectiveKernel(const Weights& weights, Plan plan) : m_layers(weights), m_plan(std::move(plan)) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap paths(m_plan.paths() * m_plan.channels, x.height(), x.width());
        for (int b = 0; b < m_plan.paths(); ++b) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            const FeatureMap u = path(x, b);
            std::copy_n(u.data(), u.size(), paths.row(b * m_plan.channels));
            steps.add("split", "U_b = relu(BN(conv(x))), one path", [&] { return ops::toTensor(u); });
        }
        const auto summed = ops::branchMeans(paths, m_plan.paths());
        steps.add("fuse", "s = mean over H,W of Σ_b U_b", [&] { return ops::toTensor(summed); });
        const FeatureMap reduced = m_layers.rectified(ops::toMap(summed), "attn.fc_reduce", "attn.bn");
        steps.add("reduce", "z = relu(BN(W_r·s))", [&] { return ops::toTensor(reduced); });
        Tensor attention = ops::toTensor(m_layers.convolution(reduced, "attn.fc_select"));
        attention.shape = {m_plan.paths(), m_plan.channels};
        ops::softmax(attention, 0);
        steps.add("select", "a = softmax over b of W_s·z", [&] { return attention; });
        AttentionOutput result;
        result.frames.push_back(ops::mixBranches(paths, attention));
        steps.add("mix", "out = Σ_b a[b,c] · U_b", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(branchMap("branch", MapRole::Distribution, FOVEA_TEXT("engine", "Weights of the kernel sizes"),
                                        std::move(attention)));
        return result;
    }

private:
    [[nodiscard]] FeatureMap path(const FeatureMap& x, int b) const {
        const int reach = (m_plan.kernels[static_cast<std::size_t>(b)] - 1) / 2;
        FeatureMap u = m_layers.convolution(x, pathName(b) + ".conv",
                                            {.padH = reach, .padW = reach, .dilation = reach, .groups = m_plan.groups});
        m_layers.batchNorm(u, pathName(b) + ".bn");
        ops::reluInPlace(u.data(), u.size());
        return u;
    }

    Layers m_layers;
    Plan m_plan;
};

}  // namespace

const ModuleInfo& skModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sk",
        .title = "SK",
        .longTitle = FOVEA_TEXT("engine", "Selective kernels"),
        .domain = Domain::Branch,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "Selective Kernel Networks (Li et al., CVPR 2019)",
        .arxiv = "1903.06586",
        .reference = "huggingface/pytorch-image-models timm/layers/selective_kernel.py SelectiveKernel",
        .summary = FOVEA_TEXT("engine", "Chooses for each channel between kernels of different sizes."),
        .params = {{.key = "kernels",
                    .label = FOVEA_TEXT("engine", "Kernel sizes"),
                    .type = ParamType::IntList,
                    .fallback = std::vector<int>{3, 5},
                    .min = 3,
                    .max = 63,
                    .help = FOVEA_TEXT("engine", "How far each path reaches, in cells; odd numbers.")},
                   {.key = "groups",
                    .label = FOVEA_TEXT("engine", "Groups"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help =
                        FOVEA_TEXT("engine", "Runs of channels which are convolved apart from each other; 0 takes up to 32.")},
                   {.key = "d",
                    .label = FOVEA_TEXT("engine", "Hidden channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Size of the hidden layer; 0 takes a sixteenth of the channels, at least 32.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SelectiveKernel>(w, Plan(shape, params));
        }};
    return kInfo;
}

}  // namespace fovea
