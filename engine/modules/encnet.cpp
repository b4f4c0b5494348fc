// Context Encoding for Semantic Segmentation (Zhang et al., CVPR 2018).
//   F = relu(BN(W·x));  A_nk = softmax over k of s_k·‖f_n − c_k‖² with K codewords c and their negative scales s;
//   E_k = Σ_n A_nk·(f_n − c_k), a sum and no mean;  e = mean over k of relu(BN(E)), the batch norm per codeword;
//   γ = sigmoid(W_f·e + b_f),  out = relu(x + γ_c·x_c). A second head, W_s·e + b_s, tells the classes of the scene.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/codewords.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int codes = params.integer("ncodes");
    const int classes = params.integer("nclass");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "encoding.0", channels, channels, false);
    addBatchNorm(specs, "encoding.1", channels);
    specs.push_back({"encoding.3.codewords", {codes, channels}, WeightInit::FanIn, codes * channels});
    specs.push_back({"encoding.3.scale", {codes}, WeightInit::Negative, 1});
    addBatchNorm(specs, "encoding.4", codes);
    for (const auto& [layer, outputs] : {std::pair<std::string, int>{"fc.0", channels}, {"selayer", classes}}) {
        specs.push_back({layer + ".weight", {outputs, channels}, WeightInit::FanIn, channels});
        specs.push_back({layer + ".bias", {outputs}, WeightInit::FanIn, channels});
    }
    return specs;
}

class ContextEncoding final : public AttentionModule {
public:
    explicit ContextEncoding(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap assigned;
        const auto encoded = encode(x, assigned, steps);
        auto gate = ops::linear(encoded, m_layers.at("fc.0.weight"), m_layers.at("fc.0.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "γ = sigmoid(W_f·e + b_f)", [&] { return ops::toTensor(gate); });
        steps.add("classes", "W_s·e + b_s", [&] {
            return ops::toTensor(ops::linear(encoded, m_layers.at("selayer.weight"), m_layers.at("selayer.bias")));
        });
        ops::Vector factor = gate;
        for (float& f : factor) {
            f += 1.0F;
        }
        FeatureMap out = ops::scaleChannels(x, factor);
        ops::reluInPlace(out.data(), out.size());
        steps.add("scale", "out = relu(x + γ_c · x_c)", [&] { return ops::toTensor(out); });
        AttentionOutput result;
        result.maps.push_back(channelGateMap(std::move(gate)));
        result.maps.push_back(
            fullMap("assign", MapRole::Distribution, FOVEA_TEXT("engine", "Assignment to the codewords"), assigned));
        result.frames.push_back(std::move(out));
        return result;
    }

private:
    /// e [C], and A as K×H×W.
    [[nodiscard]] ops::Vector encode(const FeatureMap& x, FeatureMap& assigned, Steps& steps) const {
        const FeatureMap embedded = m_layers.rectified(x, "encoding.0", "encoding.1");
        steps.add("features", "F = relu(BN(W·x))", [&] { return ops::toTensor(embedded); });
        auto residuals = ops::encodeResiduals(embedded, m_layers.at("encoding.3.codewords"), m_layers.at("encoding.3.scale"));
        assigned = std::move(residuals.assignment);
        steps.add("assign", "A_nk = softmax over k of s_k · ‖f_n − c_k‖²", [&] { return ops::toTensor(assigned); });
        FeatureMap& encoded = residuals.sums;
        steps.add("aggregate", "E_k = Σ_n A_nk · (f_n − c_k)", [&] { return ops::toTensor(encoded); });
        m_layers.batchNorm(encoded, "encoding.4");
        ops::reluInPlace(encoded.data(), encoded.size());
        const FeatureMap mean = ops::channelMean(encoded);
        steps.add("encode", "e = mean over k of relu(BN(E_k))", [&] { return ops::toTensor(mean); });
        return {mean.data(), mean.data() + mean.size()};
    }

    Layers m_layers;
};

}  // namespace

const ModuleInfo& encnetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "encnet",
        .title = "EncNet",
        .longTitle = FOVEA_TEXT("engine", "Context encoding"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "Context Encoding for Semantic Segmentation (Zhang et al., CVPR 2018)",
        .arxiv = "1803.08904",
        .reference = "zhanghang1989/PyTorch-Encoding encoding/models/sseg/encnet.py EncModule",
        .summary =
            FOVEA_TEXT("engine", "Describes the scene by its distances to learned codewords and weighs the channels by that."),
        .params = {{.key = "ncodes",
                    .label = FOVEA_TEXT("engine", "Codewords"),
                    .type = ParamType::Int,
                    .fallback = 32,
                    .min = 1,
                    .max = 1024,
                    .help = FOVEA_TEXT("engine", "How many codewords the features are assigned to.")},
                   {.key = "nclass",
                    .label = FOVEA_TEXT("engine", "Classes"),
                    .type = ParamType::Int,
                    .fallback = 21,
                    .min = 1,
                    .max = 10000,
                    .help = FOVEA_TEXT("engine", "Classes of the second head, which does not change the attention.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<ContextEncoding>(w);
        }};
    return kInfo;
}

}  // namespace fovea
