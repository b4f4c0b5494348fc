// Is Attention Better Than Matrix Decomposition? (Geng et al., ICLR 2021), with non-negative matrix factorization.
//   X = relu(conv(x)) with D channels in S groups of d = D / S rows; per group, with the bases B [d×R] and C [R×N]:
//   C = softmax over r of Bᵀ·X; `steps` times C = C∘(BᵀX) / ((BᵀB)·C + 1e-6), then B = B∘(X·Cᵀ) / (B·(C·Cᵀ) + 1e-6);
//   once more C = C∘(BᵀX) / ((BᵀB)·C + 1e-6) with the final B.
//   out = relu(BN(conv(B·C)) + x). The reference draws its bases anew at each call; here they are a weight.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

using ops::ConstMatrixView;
using ops::matrixOf;
using ops::MatrixView;
using ops::transposed;

constexpr float kEpsilon = 1e-6F;

/// x = x ∘ numerator / (denominator + ε); the rows of x lie without gaps.
void improve(const MatrixView& x, const Tensor& numerator, const Tensor& denominator) {
    ops::multiplyByRatio(x.values, numerator.values.data(), denominator.values.data(), numerator.size(), kEpsilon);
}

/// C = C ∘ numerator / ((BᵀB)·C + ε).
void updateCoefficients(const MatrixView& coefficients, const Tensor& numerator, const MatrixView& bases) {
    const Tensor gram = ops::product(transposed(bases), bases);
    improve(coefficients, numerator, ops::product(matrixOf(gram), coefficients));
}

/// B = B ∘ (X·Cᵀ) / (B·(C·Cᵀ) + ε).
void updateBases(const MatrixView& bases, const ConstMatrixView& x, const MatrixView& coefficients) {
    const Tensor gram = ops::product(coefficients, transposed(coefficients));
    improve(bases, ops::product(x, transposed(coefficients)), ops::product(bases, matrixOf(gram)));
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
        next = std::copy_n(ops::channelsToCells(c).data(), c.size(), next);
    }
    return {.name = "matrix",
            .kind = PairwiseMap{.queries = {.height = first.height(), .width = first.width()},
                                .keys = {.height = 1, .width = first.channels(), .axis = MapAxis::Codes}},
            .role = MapRole::Saliency,
            .title = FOVEA_TEXT("engine", "Coefficients of the bases"),
            .data = std::move(data)};
}

class Hamburger final : public AttentionModule {
public:
    Hamburger(const Weights& weights, int steps) : m_layers(weights), m_bases(weights.tensors.at("ham.bases")), m_steps(steps) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap inner = m_layers.convolution(x, "lower_bread.0");
        ops::reluInPlace(inner.data(), inner.size());
        steps.add("lower bread", "X = relu(W_l·x + b_l)", [&] { return ops::toTensor(inner); });
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
        steps.add("bases", "B = B∘(X·Cᵀ) / (B·(C·Cᵀ) + 1e-6), last step", [&] { return bases; });
        steps.add("coefficients", "C = C∘(Bᵀ·X) / ((Bᵀ·B)·C + 1e-6), last step", [&] { return result.maps.front().data; });
        steps.add("rebuild", "Y = B · C", [&] { return ops::toTensor(rebuilt); });
        result.frames.push_back(m_layers.residual(rebuilt, "upper_bread.0", "upper_bread.1", x));
        steps.add("upper bread", "out = relu(BN(W_u·Y) + x)", [&] { return ops::toTensor(result.frames.front()); });
        return result;
    }

private:
    /// Group `s` of `inner`, whose bases are improved in place. False when `stop` was requested.
    [[nodiscard]] bool decompose(const FeatureMap& inner, int s, Tensor& bases, FeatureMap& coefficients, FeatureMap& rebuilt,
                                 const std::stop_token& stop) const {
        const int depth = bases.dim(1);
        const ConstMatrixView x = ops::rowsOf(matrixOf(inner), s * depth, depth);
        const MatrixView b = ops::rowsOf(matrixOf(bases), s * depth, depth);
        const MatrixView c = matrixOf(coefficients);
        Tensor projected = ops::product(transposed(b), x);
        std::copy(projected.values.begin(), projected.values.end(), coefficients.data());
        ops::softmaxChannels(coefficients);
        for (int step = 0; step < m_steps; ++step) {
            if (stop.stop_requested()) {
                return false;
            }
            updateCoefficients(c, projected, b);
            updateBases(b, x, c);
            ops::product(transposed(b), x, matrixOf(projected));
        }
        updateCoefficients(c, projected, b);
        ops::product(b, c, ops::rowsOf(matrixOf(rebuilt), s * depth, depth));
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
