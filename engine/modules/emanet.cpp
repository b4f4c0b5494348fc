// Expectation-Maximization Attention Networks for Semantic Segmentation (Li et al., ICCV 2019).
//   F = conv1(x); repeated `stages` times, from the learned bases μ [C×K]:
//   E: z_nk = softmax over k of F_n·μ_k;  M: μ_k = Σ_n z_nk·F_n / (1e-6 + Σ_n z_nk), then μ_k = μ_k / (1e-6 + ‖μ_k‖).
//   R = relu(μ·zᵀ) with the last z and the bases updated after it, out = relu(BN(conv2(R)) + x).
// Nothing is learned here: the moving average of μ belongs to training.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/codewords.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

constexpr float kEpsilon = 1e-6F;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    // Bases of length 1, as the reference draws them.
    std::vector<WeightSpec> specs{{"mu", {1, channels, params.integer("K")}, WeightInit::Unit, channels}};
    addConvolution(specs, "conv1", channels, channels, true);
    addConvolution(specs, "conv2.0", channels, channels, false);
    addBatchNorm(specs, "conv2.1", channels);
    return specs;
}

/// The E step, K×H×W.
FeatureMap responsibilities(const FeatureMap& features, const Tensor& bases) {
    FeatureMap z(bases.dim(1), features.height(), features.width());
    ops::product(ops::transposed(ops::matrixOf(bases)), ops::matrixOf(features), ops::matrixOf(z));
    ops::softmaxChannels(z);
    return z;
}

AttentionMap matrixMap(const FeatureMap& z) {
    Tensor data = ops::toTensor(ops::channelsToCells(z));
    data.shape = {1, z.cells(), z.channels()};
    return {.name = "matrix",
            .kind = PairwiseMap{.queries = {.height = z.height(), .width = z.width()},
                                .keys = {.height = 1, .width = z.channels(), .axis = MapAxis::Codes}},
            .role = MapRole::Distribution,
            .title = FOVEA_TEXT("engine", "How much each basis explains each position"),
            .data = std::move(data)};
}

class EmaUnit final : public AttentionModule {
public:
    EmaUnit(const Weights& weights, int stages) : m_layers(weights), m_stages(stages) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap features = m_layers.convolution(x, "conv1");
        steps.add("features", "F = W1·x + b1", [&] { return ops::toTensor(features); });
        const Tensor& mu = m_layers.at("mu");
        Tensor bases({x.channels(), static_cast<std::int64_t>(mu.size()) / x.channels()}, mu.values);
        FeatureMap z;
        for (int stage = 0; stage < m_stages; ++stage) {
            if (input.stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
            }
            z = responsibilities(features, bases);
            bases = ops::unitMeans(features, z, kEpsilon);
        }
        steps.add("expectation", "z_nk = softmax over k of F_n · μ_k, last step", [&] { return ops::toTensor(z); });
        steps.add("maximization", "μ_k = Σ_n z_nk·F_n / (1e-6 + Σ_n z_nk), then of length 1", [&] { return bases; });
        FeatureMap rebuilt(x.channels(), x.height(), x.width());
        ops::product(ops::matrixOf(bases), ops::matrixOf(z), ops::matrixOf(rebuilt));
        ops::reluInPlace(rebuilt.data(), rebuilt.size());
        steps.add("rebuild", "R = relu(μ · zᵀ)", [&] { return ops::toTensor(rebuilt); });

        AttentionOutput result;
        result.frames.push_back(m_layers.residual(rebuilt, "conv2.0", "conv2.1", x));
        steps.add("residual", "out = relu(BN(W2·R) + x)", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(matrixMap(z));
        return result;
    }

private:
    Layers m_layers;
    int m_stages;
};

}  // namespace

const ModuleInfo& emanetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "emanet",
        .title = "EMANet",
        .longTitle = FOVEA_TEXT("engine", "Expectation-maximization attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "Expectation-Maximization Attention Networks (Li et al., ICCV 2019)",
        .arxiv = "1907.13426",
        .reference = "XiaLiPKU/EMANet network.py EMAU",
        .summary = FOVEA_TEXT("engine", "Fits a few bases to the features and rebuilds every position from them."),
        .params = {{.key = "K",
                    .label = FOVEA_TEXT("engine", "Bases"),
                    .type = ParamType::Int,
                    .fallback = 64,
                    .min = 1,
                    .max = 1024,
                    .help = FOVEA_TEXT("engine", "How many bases describe the features.")},
                   {.key = "stages",
                    .label = FOVEA_TEXT("engine", "Iterations"),
                    .type = ParamType::Int,
                    .fallback = 3,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "How often assignment and bases are improved in turn.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<EmaUnit>(w, params.integer("stages"));
        }};
    return kInfo;
}

}  // namespace fovea
