// DRAW: A Recurrent Neural Network For Image Generation (Gregor et al., ICML 2015): the selective read, eqs. (19)–(27).
//   p = W·h + b; g_X = (W+1)/2·(p1 + 1), g_Y = (H+1)/2·(p2 + 1), σ² = exp(p3), δ = (max(W,H)−1)/(N−1)·exp(p4), γ = exp(p5);
//   μ_i = g + (i − N/2 − 0.5)·δ for i = 1…N; F[i,a] = exp(−(a − μ_i)²/(2σ²)) for the cells a = 1…, over max(row sum, 1e-8);
//   out_c = γ·F_Y·x_c·F_Xᵀ (N×N). Cells and grid are counted from 1, as in the paper.
// Without a vector h the read depends on its bias alone.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/filter_bank.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

constexpr int kHidden = 16;  ///< length of the vector where none is given
constexpr const char* kExtra = "hidden";

int hiddenLength(const InputShape& shape) {
    const auto it = shape.extras.find(kExtra);
    return it != shape.extras.end() && it->second.size() == 1 ? static_cast<int>(it->second.front()) : kHidden;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int hidden = hiddenLength(shape);
    return {{"read.weight", {5, hidden}, WeightInit::FanIn, hidden}, {"read.bias", {5}, WeightInit::FanIn, hidden}};
}

Error notAVector() {
    return makeError(ErrorCode::BadShape,
                     FOVEA_TEXT("engine",
                                "DRAW reads where its vector “hidden” says, whose shape does not fit; give one of the "
                                "length its weights were made for."));
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    const auto it = shape.extras.find(kExtra);
    if (it != shape.extras.end() && (it->second.size() != 1 || it->second.front() < 1)) {
        return notAVector();
    }
    return {};
}

/// Where the grid of filters lies, in cells counted from 1.
struct Theta {
    double x = 0.0, y = 0.0, variance = 1.0, stride = 1.0, gain = 1.0;

    Theta(const ops::Vector& p, const FeatureMap& map, int filters)
        : x((map.width() + 1) / 2.0 * (p[0] + 1.0)),
          y((map.height() + 1) / 2.0 * (p[1] + 1.0)),
          variance(std::exp(static_cast<double>(p[2]))),
          stride((std::max(map.width(), map.height()) - 1.0) / (filters - 1.0) * std::exp(static_cast<double>(p[3]))),
          gain(std::exp(static_cast<double>(p[4]))) {}

    /// The centres of the filters i = 1 … N along the axis whose middle is `middle`.
    [[nodiscard]] std::vector<double> centres(double middle, int filters) const {
        std::vector<double> out;
        for (int i = 1; i <= filters; ++i) {
            out.push_back(middle + (i - filters / 2.0 - 0.5) * stride);
        }
        return out;
    }
};

AttentionMap bankMap(const char* name, const char* title, const Tensor& bank, int height, int width) {
    return {.name = name, .kind = FullMap{height, width}, .role = MapRole::Distribution, .title = title, .data = bank};
}

class DrawRead final : public AttentionModule {
public:
    DrawRead(const Weights& weights, int filters)
        : m_weight(weights.tensors.at("read.weight")), m_bias(weights.tensors.at("read.bias")), m_filters(filters) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto it = input.extras.find(kExtra);
        const ops::Vector hidden = it != input.extras.end() ? it->second->values : ops::Vector(m_weight.dim(1), 0.0F);
        if (static_cast<int>(hidden.size()) != m_weight.dim(1)) {
            return notAVector();
        }
        const auto p = ops::linear(hidden, m_weight, m_bias);
        steps.add("parameters", "p = W·h + b", [&] { return ops::toTensor(p); });
        const Theta theta(p, x, m_filters);
        const Tensor across = ops::gaussianFilters(theta.centres(theta.x, m_filters), theta.variance, x.width());
        const Tensor down = ops::gaussianFilters(theta.centres(theta.y, m_filters), theta.variance, x.height());
        AttentionOutput result;
        result.frames.push_back(ops::readThrough(x, across, down, static_cast<float>(theta.gain)));
        steps.add("read", "out_c = γ · F_Y · x_c · F_Xᵀ", [&] { return ops::toTensor(result.frames.front()); });
        addMaps(result, theta, across, down);
        return result;
    }

private:
    void addMaps(AttentionOutput& result, const Theta& theta, const Tensor& across, const Tensor& down) const {
        const auto numbers = [](std::initializer_list<double> values) {
            return Tensor({static_cast<std::int64_t>(values.size())}, std::vector<float>(values.begin(), values.end()));
        };
        const auto columns = theta.centres(theta.x, m_filters), rows = theta.centres(theta.y, m_filters);
        result.maps.push_back(spatialMap("spatial", MapRole::Saliency, FOVEA_TEXT("engine", "How much each position is read"),
                                         ops::filterCoverage(across, down)));
        result.maps.push_back(bankMap("fx", FOVEA_TEXT("engine", "Horizontal filters"), across, 1, across.dim(1)));
        result.maps.push_back(bankMap("fy", FOVEA_TEXT("engine", "Vertical filters"), down, down.dim(1), 1));
        result.maps.push_back(regionMap("theta", FOVEA_TEXT("engine", "Centre, variance, stride and strength of the filters"),
                                        numbers({theta.x, theta.y, theta.variance, theta.stride, theta.gain})));
        result.maps.push_back(
            regionMap("box", FOVEA_TEXT("engine", "From the first to the last filter's centre"),
                      numbers({columns.front() - 1.0, rows.front() - 1.0, columns.back() - 1.0, rows.back() - 1.0}), true));
    }

    Tensor m_weight;
    Tensor m_bias;
    int m_filters;
};

}  // namespace

const ModuleInfo& draw_attentionModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "draw_attention",
        .title = "DRAW",
        .longTitle = FOVEA_TEXT("engine", "DRAW selective read"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Soft,
        .needs = {.hidden = true},
        .year = 2015,
        .paper = "DRAW: A Recurrent Neural Network For Image Generation (Gregor et al., ICML 2015)",
        .arxiv = "1502.04623",
        .reference = "the paper's equations (19) to (27)",
        .summary = FOVEA_TEXT("engine", "Reads a small patch through a movable grid of Gaussian filters."),
        .params = {{.key = "N",
                    .label = FOVEA_TEXT("engine", "Filters"),
                    .type = ParamType::Int,
                    .fallback = 12,
                    .min = 2,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "Filters along each axis, and so the side of the patch.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<DrawRead>(w, params.integer("N"));
        }};
    return kInfo;
}

}  // namespace fovea
