// Is Attention Better Than Matrix Decomposition? (Geng et al., ICLR 2021), with non-negative matrix factorization.
//   X = relu(conv(x)) with D channels in S groups of d = D / S rows; per group, with the bases B [d×R] and C [R×N]:
//   C = softmax over r of Bᵀ·X; `steps` times C = C∘(BᵀX) / ((BᵀB)·C + 1e-6), then B = B∘(X·Cᵀ) / (B·(C·Cᵀ) + 1e-6);
//   once more C = C∘(BᵀX) / ((BᵀB)·C + 1e-6) with the final B.
//   out = relu(BN(conv(B·C)) + x). The reference draws its bases anew at each call; here they are a weight.

#include <Eigen/Core>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<Matrix>;
using ConstRows = Eigen::Map<const Matrix>;

constexpr float kEpsilon = 1e-6F;

/// C = C ∘ numerator / ((BᵀB)·C + ε).
void updateCoefficients(Rows coefficients, const Matrix& numerator, const Matrix& bases) {
    const Matrix gram = bases.transpose() * bases;
    const Matrix denominator = gram * coefficients;
    coefficients.array() *= numerator.array() / (denominator.array() + kEpsilon);
}

/// B = B ∘ (X·Cᵀ) / (B·(C·Cᵀ) + ε).
void updateBases(Matrix& bases, const ConstRows& x, const Rows& coefficients) {
    const Matrix numerator = x * coefficients.transpose();
    const Matrix gram = coefficients * coefficients.transpose();
    const Matrix denominator = bases * gram;
    bases.array() *= numerator.array() / (denominator.array() + kEpsilon);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int depth = params.integer("D");
    const int groups = params.integer("S");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "lower_bread.0", depth, shape.channels, true);
    // Non-negative bases of length 1, as the reference draws them.
    specs.push_back({"ham.bases", {groups, depth / groups, params.integer("R")}, WeightInit::Positive, depth / groups});
    addConvolution(specs, "upper_bread.0", shape.channels, depth, false);
    addBatchNorm(specs, "upper_bread.1", shape.channels);
    return specs;
}

Result<void> check(const InputShape&, const ParamSet& params) {
    if (params.integer("D") % params.integer("S") != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "Hamburger cannot share %1 inner channels out evenly among %2 groups; choose a number of "
                                    "groups which divides %1."),
                         {std::to_string(params.integer("D")), std::to_string(params.integer("S"))});
    }
    return {};
}

/// [S×N×R] of S maps R×H×W.
AttentionMap matrixMap(const std::vector<FeatureMap>& coefficients) {
    const FeatureMap& first = coefficients.front();
    Tensor data({static_cast<std::int64_t>(coefficients.size()), first.cells(), first.channels()});
    float* next = data.values.data();
    for (const auto& c : coefficients) {
        Rows(next, c.cells(), c.channels()) = ConstRows(c.data(), c.channels(), c.cells()).transpose();
        next += c.size();
    }
    return {.name = "matrix",
            .kind = MapKind::Pairwise,
            .role = MapRole::Saliency,
            .title = FOVEA_TEXT("engine", "Coefficients of the bases"),
            .data = std::move(data),
            .gridHeight = first.height(),
            .gridWidth = first.width(),
            .keyHeight = 1,
            .keyWidth = first.channels(),
            .keyAxis = MapAxis::Codes};
}

class Hamburger final : public AttentionModule {
public:
    Hamburger(const Weights& weights, int steps) : m_layers(weights), m_bases(weights.tensors.at("ham.bases")), m_steps(steps) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        FeatureMap inner = m_layers.convolution(x, "lower_bread.0");
        ops::reluInPlace(inner.data(), inner.size());
        trace.stage("lower bread", "X = relu(W_l·x + b_l)", [&] { return ops::toTensor(inner); });
        Tensor bases = m_bases;
        std::vector<FeatureMap> coefficients;
        FeatureMap rebuilt(inner.channels(), x.height(), x.width());
        for (int s = 0; s < bases.dim(0); ++s) {
            coefficients.emplace_back(bases.dim(2), x.height(), x.width());
            if (!decompose(inner, s, bases, coefficients.back(), rebuilt, input.stop)) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
        }
        AttentionOutput result;
        result.maps.push_back(matrixMap(coefficients));
        trace.stage("bases", "B = B∘(X·Cᵀ) / (B·(C·Cᵀ) + 1e-6), last step", [&] { return bases; });
        trace.stage("coefficients", "C = C∘(Bᵀ·X) / ((Bᵀ·B)·C + 1e-6), last step", [&] { return result.maps.front().data; });
        trace.stage("rebuild", "Y = B · C", [&] { return ops::toTensor(rebuilt); });
        result.frames.push_back(m_layers.residual(rebuilt, "upper_bread.0", "upper_bread.1", x));
        trace.stage("upper bread", "out = relu(BN(W_u·Y) + x)", [&] { return ops::toTensor(result.frames.front()); });
        return result;
    }

private:
    /// Group `s` of `inner`, whose bases are improved in place. False when `stop` was requested.
    [[nodiscard]] bool decompose(const FeatureMap& inner, int s, Tensor& bases, FeatureMap& coefficients, FeatureMap& rebuilt,
                                 const std::stop_token& stop) const {
        const int depth = bases.dim(1);
        const int rank = bases.dim(2);
        const ConstRows x(inner.row(s * depth), depth, inner.cells());
        Rows stored(bases.values.data() + static_cast<std::ptrdiff_t>(s) * depth * rank, depth, rank);
        const Rows c(coefficients.data(), rank, coefficients.cells());
        Matrix b = stored;
        Matrix projected = b.transpose() * x;
        Rows(coefficients.data(), rank, coefficients.cells()) = projected;
        ops::softmaxChannels(coefficients);
        for (int step = 0; step < m_steps; ++step) {
            if (stop.stop_requested()) {
                return false;
            }
            updateCoefficients(c, projected, b);
            updateBases(b, x, c);
            projected.noalias() = b.transpose() * x;
        }
        updateCoefficients(c, projected, b);
        Rows(rebuilt.row(s * depth), depth, rebuilt.cells()).noalias() = b * c;
        stored = b;
        return true;
    }

    Layers m_layers;
    Tensor m_bases;
    int m_steps;
};

ParamSpec count(const char* key, const char* label, int fallback, int most, const char* help) {
    return {.key = key,
            .label = label,
            .type = ParamType::Int,
            .fallback = fallback,
            .min = 1,
            .max = static_cast<double>(most),
            .help = help};
}

}  // namespace

const ModuleInfo& hamburgerModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "hamburger",
        .title = "Hamburger",
        .longTitle = FOVEA_TEXT("engine", "Matrix decomposition attention (Hamburger)"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2021,
        .paper = "Is Attention Better Than Matrix Decomposition? (Geng et al., ICLR 2021)",
        .arxiv = "2109.04553",
        .reference = "Gsunshine/Enjoy-Hamburger seg/HamNet/hamburger/burger.py HamburgerV1 with ham.py NMF2D",
        .summary = FOVEA_TEXT("engine", "Rebuilds the features from a few non-negative parts which are fitted to them."),
        .params = {count("D", FOVEA_TEXT("engine", "Inner channels"), 512, 4096,
                         FOVEA_TEXT("engine", "Channels of the features which are decomposed.")),
                   count("R", FOVEA_TEXT("engine", "Bases"), 64, 1024,
                         FOVEA_TEXT("engine", "How many parts there are per group.")),
                   count("S", FOVEA_TEXT("engine", "Groups"), 1, 64,
                         FOVEA_TEXT("engine", "Groups of channels which are decomposed each on its own.")),
                   count("steps", FOVEA_TEXT("engine", "Iterations"), 7, 200,
                         FOVEA_TEXT("engine", "How often coefficients and bases are improved in turn."))},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Hamburger>(w, params.integer("steps"));
        }};
    return kInfo;
}

}  // namespace fovea
