// Strip Pooling: Rethinking Spatial Pooling for Scene Parsing (Hou et al., CVPR 2020), the block SPBlock.
//   r = BN(conv3×1(mean over W of x)),  k = BN(conv1×3(mean over H of x)),  s[c,i,j] = relu(r[c,i] + k[c,j]),
//   A = sigmoid(W·s + b),  out = A·x.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/broadcast.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    const int channels = shape.channels;
    std::vector<WeightSpec> specs{{"conv1.weight", {channels, channels, 3, 1}, WeightInit::FanIn, 3 * channels},
                                  {"conv2.weight", {channels, channels, 1, 3}, WeightInit::FanIn, 3 * channels}};
    addBatchNorm(specs, "bn1", channels);
    addBatchNorm(specs, "bn2", channels);
    addConvolution(specs, "conv3", channels, channels, true);
    return specs;
}

class StripPooling final : public AttentionModule {
public:
    explicit StripPooling(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap rows = m_layers.convolution(ops::meanOverWidth(x), "conv1", {.padH = 1});
        m_layers.batchNorm(rows, "bn1");
        steps.add("rows", "r = BN(conv3×1(mean over W))", [&] { return ops::toTensor(rows); });
        FeatureMap columns = m_layers.convolution(ops::meanOverHeight(x), "conv2", {.padW = 1});
        m_layers.batchNorm(columns, "bn2");
        steps.add("columns", "k = BN(conv1×3(mean over H))", [&] { return ops::toTensor(columns); });

        FeatureMap gate = ops::rectifiedRowsPlusColumns(rows, columns);
        steps.add("join", "s = relu(r[c,i] + k[c,j])", [&] { return ops::toTensor(gate); });
        gate = m_layers.convolution(gate, "conv3");
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "A = sigmoid(W·s + b)", [&] { return ops::toTensor(gate); });
        FeatureMap y = ops::multiply(x, gate);
        steps.add("scale", "out = A · x", [&] { return ops::toTensor(y); });

        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Strip gate"), gate));
        return result;
    }

private:
    Layers m_layers;
};

}  // namespace

const ModuleInfo& strip_poolingModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "strip_pooling",
        .title = "Strip pooling",
        .longTitle = FOVEA_TEXT("engine", "Strip pooling attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "Strip Pooling: Rethinking Spatial Pooling for Scene Parsing (Hou et al., CVPR 2020)",
        .arxiv = "2003.13328",
        .reference = "houqb/SPNet models/resnet.py SPBlock",
        .summary = FOVEA_TEXT("engine", "Weighs every value by what whole rows and whole columns of the picture hold."),
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<StripPooling>(w);
        }};
    return kInfo;
}

}  // namespace fovea
