// PSANet: Point-wise Spatial Attention Network for Scene Parsing (Zhao et al., ECCV 2018).
// Per branch, on a grid shrunk to ((H−1) // s + 1)×((W−1) // s + 1) by bilinear resizing which aligns corners:
//   r = relu(BN(W·x)), y = W3·relu(BN(W0·r)): for every position one number per cell of a mask which is laid around it;
//   K[p,q], 0 where the mask does not reach: collect K[neighbour, q] = y at q, distribute K[p, neighbour] = y at p;
//   softmax over p, so that each column sums to 1;  x'_q = Σ_p r_p·K[p,q] / norm.
// out = [x ; resize(relu(BN(W·[collected ; distributed])))] with 2C channels. The reference resizes to (h−1)·s + 1, which is H
// where it works at all; here it is always H.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

constexpr int kMostPositions = 8192;  // 256 MB per matrix
constexpr std::int64_t kMostMaskWeights = std::int64_t{1} << 26;

int chosen(int value, int automatic) { return value > 0 ? value : automatic; }

/// Everything sizes are made from.
struct Plan {
    int height = 0, width = 0;  ///< of the shrunk grid
    int maskHeight = 0, maskWidth = 0;
    int inner = 0;
    int type = 2;  ///< 0 collect, 1 distribute, 2 both
    float scale = 1.0F;
    bool softmax = true;

    Plan(const InputShape& shape, const ParamSet& params)
        : height((shape.height - 1) / params.integer("shrink") + 1),
          width((shape.width - 1) / params.integer("shrink") + 1),
          maskHeight(chosen(params.integer("mask_h"), 2 * height - 1)),
          maskWidth(chosen(params.integer("mask_w"), 2 * width - 1)),
          inner(chosen(params.integer("mid"), std::max(1, shape.channels / 4))),
          type(params.integer("psa_type")),
          scale(static_cast<float>(1.0 / params.real("norm"))),
          softmax(params.boolean("softmax")) {}

    /// The suffixes of the layers' names.
    [[nodiscard]] std::vector<std::string> branches() const {
        return type == 2 ? std::vector<std::string>{"", "_p"} : std::vector<std::string>{""};
    }
    [[nodiscard]] bool collects(const std::string& branch) const { return type == 0 || (type == 2 && branch.empty()); }
};

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    std::vector<WeightSpec> specs;
    for (const auto& branch : plan.branches()) {
        addConvolution(specs, "reduce" + branch + ".0", plan.inner, shape.channels, false);
        addBatchNorm(specs, "reduce" + branch + ".1", plan.inner);
        addConvolution(specs, "attention" + branch + ".0", plan.inner, plan.inner, false);
        addBatchNorm(specs, "attention" + branch + ".1", plan.inner);
        addConvolution(specs, "attention" + branch + ".3", plan.maskHeight * plan.maskWidth, plan.inner, false);
    }
    addConvolution(specs, "proj.0", shape.channels, plan.inner * static_cast<int>(plan.branches().size()), false);
    addBatchNorm(specs, "proj.1", shape.channels);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const Plan plan(shape, params);
    const std::int64_t positions = std::int64_t{plan.height} * plan.width;
    if (positions > kMostPositions || std::int64_t{plan.maskHeight} * plan.maskWidth * plan.inner > kMostMaskWeights) {
        return makeError(
            ErrorCode::TooLarge,
            FOVEA_TEXT("engine",
                       "PSANet is too large here: it compares %1 positions with each other, by a mask of %2×%3 cells "
                       "in %4 channels; choose a larger shrink factor or stride, a smaller mask or fewer inner "
                       "channels."),
            {std::to_string(positions), std::to_string(plan.maskHeight), std::to_string(plan.maskWidth),
             std::to_string(plan.inner)});
    }
    return {};
}

AttentionMap matrixMap(const FeatureMap& matrix, const Plan& plan, bool collect) {
    Tensor data = ops::toTensor(matrix);
    data.shape = {1, matrix.channels(), matrix.cells()};
    const PairwiseSide positions{.height = plan.height, .width = plan.width};
    return {.name = collect ? "collect" : "distribute",
            .kind = PairwiseMap{.queries = positions, .keys = positions},
            .role = plan.softmax ? MapRole::Distribution : MapRole::Saliency,
            .title = !plan.softmax ? FOVEA_TEXT("engine", "Weights between positions (row: source, column: target)")
                     : collect     ? FOVEA_TEXT("engine", "What each position collects (columns sum to 1)")
                                   : FOVEA_TEXT("engine", "What each position distributes (columns sum to 1)"),
            .data = std::move(data)};
}

class PointwiseSpatial final : public AttentionModule {
public:
    PointwiseSpatial(const Weights& weights, const Plan& plan) : m_layers(weights), m_plan(plan) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        AttentionOutput result;
        const auto branches = m_plan.branches();
        FeatureMap gathered(m_plan.inner * static_cast<int>(branches.size()), m_plan.height, m_plan.width);
        for (std::size_t k = 0; k < branches.size(); ++k) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            result.maps.push_back(attendBranch(x, branches[k], gathered.row(static_cast<int>(k) * m_plan.inner), steps));
        }
        steps.add("gather", "x'_q = Σ_p r_p · K[p,q] / norm", [&] { return ops::toTensor(gathered); });
        const FeatureMap context = resized(m_layers.rectified(gathered, "proj.0", "proj.1"), x.height(), x.width());
        steps.add("project", "z = resize(relu(BN(W·x')))", [&] { return ops::toTensor(context); });
        FeatureMap out(2 * x.channels(), x.height(), x.width());
        std::copy_n(context.data(), context.size(), std::copy_n(x.data(), x.size(), out.data()));
        steps.add("concatenate", "out = [x ; z]", [&] { return ops::toTensor(out); });
        result.frames.push_back(std::move(out));
        return result;
    }

private:
    static FeatureMap resized(const FeatureMap& map, int height, int width) {
        return ops::resize(map, height, width, ops::Interpolation::Bilinear, true);
    }

    /// Writes one branch's inner×N values to `gathered`.
    AttentionMap attendBranch(const FeatureMap& x, const std::string& branch, float* gathered, Steps& steps) const {
        const FeatureMap reduced =
            resized(m_layers.rectified(x, "reduce" + branch + ".0", "reduce" + branch + ".1"), m_plan.height, m_plan.width);
        steps.add("reduce", "r = relu(BN(W·x))", [&] { return ops::toTensor(reduced); });
        const FeatureMap hidden = m_layers.rectified(reduced, "attention" + branch + ".0", "attention" + branch + ".1");
        const bool collect = m_plan.collects(branch);
        FeatureMap matrix = ops::scatterMasks(hidden, m_layers.at("attention" + branch + ".3.weight"), m_plan.maskHeight,
                                              m_plan.maskWidth, collect);
        if (m_plan.softmax) {
            ops::softmaxChannels(matrix);
        }
        ops::scaledProduct(m_plan.scale, ops::matrixOf(reduced), ops::matrixOf(matrix),
                           {gathered, m_plan.inner, matrix.cells(), matrix.cells()});
        return matrixMap(matrix, m_plan, collect);
    }

    Layers m_layers;
    Plan m_plan;
};

ParamSpec count(const char* key, const char* label, int fallback, double least, double most, const char* help) {
    return {.key = key, .label = label, .type = ParamType::Int, .fallback = fallback, .min = least, .max = most, .help = help};
}

}  // namespace

const ModuleInfo& psanetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "psanet",
        .title = "PSANet",
        .longTitle = FOVEA_TEXT("engine", "Point-wise spatial attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2018,
        .paper = "PSANet: Point-wise Spatial Attention Network for Scene Parsing (Zhao et al., ECCV 2018)",
        .reference = "hszhao/semseg model/psanet.py PSA with lib/psa/src/cpu/psamask.cpp",
        .summary = FOVEA_TEXT("engine", "Predicts for every position which other positions it collects from and gives to."),
        .params = {count("psa_type", FOVEA_TEXT("engine", "Direction"), 2, 0, 2,
                         FOVEA_TEXT("engine", "0 collects, 1 distributes, 2 does both.")),
                   count("mid", FOVEA_TEXT("engine", "Inner channels"), 0, 0, 4096,
                         FOVEA_TEXT("engine", "Channels of the reduced features; 0 takes a quarter of the channels.")),
                   count("mask_h", FOVEA_TEXT("engine", "Mask height"), 0, 0, 1023,
                         FOVEA_TEXT("engine", "Cells of the mask around a position; 0 reaches over the whole map.")),
                   count("mask_w", FOVEA_TEXT("engine", "Mask width"), 0, 0, 1023,
                         FOVEA_TEXT("engine", "Cells of the mask around a position; 0 reaches over the whole map.")),
                   count("shrink", FOVEA_TEXT("engine", "Shrink factor"), 2, 1, 64,
                         FOVEA_TEXT("engine", "How many times coarser the grid is on which positions are compared.")),
                   {.key = "norm",
                    .label = FOVEA_TEXT("engine", "Divisor"),
                    .type = ParamType::Real,
                    .fallback = 1.0,
                    .min = 1e-3,
                    .max = 1e6,
                    .logarithmic = true,
                    .help = FOVEA_TEXT("engine", "What gathered features are divided by.")},
                   {.key = "softmax",
                    .label = FOVEA_TEXT("engine", "Softmax"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether the weights of each target sum to 1.")}},
        .weights = weights,
        .check = check,
        .tied = [](const ParamSet& params) { return params.integer("mask_h") == 0 || params.integer("mask_w") == 0; },
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<PointwiseSpatial>(w, Plan(shape, params));
        }};
    return kInfo;
}

}  // namespace fovea
