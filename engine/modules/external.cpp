// Beyond Self-Attention: External Attention using Two Linear Layers for Visual Tasks (Guo et al., 2021).
//   F = conv1(x), L = M_k·F (K memory slots × N positions);
//   A = softmax over the positions of each row of L, then A_kn = A_kn / (1e-9 + Σ_k A_kn);
//   out = relu(BN(conv2(M_v·A)) + x).

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/standardize.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int slots = params.integer("K");
    std::vector<WeightSpec> specs{{"linear_0.weight", {slots, channels, 1}, WeightInit::FanIn, channels},
                                  {"linear_1.weight", {channels, slots, 1}, WeightInit::FanIn, slots}};
    addConvolution(specs, "conv1", channels, channels, true);
    addConvolution(specs, "conv2.0", channels, channels, false);
    addBatchNorm(specs, "conv2.1", channels);
    return specs;
}

class ExternalAttention final : public AttentionModule {
public:
    explicit ExternalAttention(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap features = m_layers.convolution(x, "conv1");
        steps.add("features", "F = W1·x + b1", [&] { return ops::toTensor(features); });
        FeatureMap attention = m_layers.convolution(features, "linear_0");
        steps.add("similarity", "L = M_k · F", [&] { return ops::toTensor(attention); });
        ops::softmaxCells(attention);
        steps.add("softmax", "A = softmax over positions of L", [&] { return ops::toTensor(attention); });
        ops::normalizeChannels(attention, 1e-9);
        steps.add("normalise", "A_kn = A_kn / (1e-9 + Σ_k A_kn)", [&] { return ops::toTensor(attention); });
        const FeatureMap read = m_layers.convolution(attention, "linear_1");
        steps.add("read", "Y = M_v · A", [&] { return ops::toTensor(read); });

        AttentionOutput result;
        result.frames.push_back(m_layers.residual(read, "conv2.0", "conv2.1", x));
        steps.add("residual", "out = relu(BN(W2·Y) + x)", [&] { return ops::toTensor(result.frames.front()); });
        Tensor matrix = ops::toTensor(attention);
        matrix.shape = {1, attention.channels(), attention.cells()};
        result.maps.push_back(
            {.name = "matrix",
             .kind = PairwiseMap{.queries = {.height = 1, .width = attention.channels(), .axis = MapAxis::Codes},
                                 .keys = {.height = x.height(), .width = x.width()}},
             .role = MapRole::Distribution,
             .title = FOVEA_TEXT("engine", "Where each memory slot is read (sums to 1 over slots)"),
             .data = std::move(matrix)});
        return result;
    }

private:
    Layers m_layers;
};

}  // namespace

const ModuleInfo& externalModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "external",
        .title = "External",
        .longTitle = FOVEA_TEXT("engine", "External attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2021,
        .paper = "Beyond Self-Attention: External Attention using Two Linear Layers (Guo et al., 2021)",
        .arxiv = "2105.02358",
        .reference = "MenghaoGuo/EANet model_torch.py External_attention",
        .summary = FOVEA_TEXT("engine", "Compares every position with a small learned memory instead of with all positions."),
        .params = {{.key = "K",
                    .label = FOVEA_TEXT("engine", "Memory slots"),
                    .type = ParamType::Int,
                    .fallback = 64,
                    .min = 1,
                    .max = 1024,
                    .help = FOVEA_TEXT("engine", "How many entries the learned memory has.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<ExternalAttention>(w);
        }};
    return kInfo;
}

}  // namespace fovea
