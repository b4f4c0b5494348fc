// Residual Attention Network for Image Classification (Wang et al., CVPR 2017), one attention module with one hourglass level.
//   Block(x) = conv3(relu(BN(conv2(relu(BN(conv1(relu(BN(x)))))))) + x: 1×1 to C // 4, 3×3, 1×1 back to C, without biases.
//   x' = Block(x);  T = two blocks of x' (trunk);  soft mask: maxpool 3×3, stride 2, of x', two blocks, bilinear to H×W with
//   aligned corners, + T;  M = sigmoid(W5·relu(BN(W2·relu(BN(·)))));  out = Block((1 + M)·T).
// This port adds the trunk inside the mask branch, where the paper has a skip block.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

constexpr int kReduction = 4;

void addBlock(std::vector<WeightSpec>& specs, const std::string& block, int channels) {
    const int inner = channels / kReduction;
    addBatchNorm(specs, block + ".bn1", channels);
    addConvolution(specs, block + ".conv1", inner, channels, false);
    addBatchNorm(specs, block + ".bn2", inner);
    addConvolution(specs, block + ".conv2", inner, inner, false, 3);
    addBatchNorm(specs, block + ".bn3", inner);
    addConvolution(specs, block + ".conv3", channels, inner, false);
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    std::vector<WeightSpec> specs;
    for (const char* block : {"first_residual_blocks", "trunk_branches.0", "trunk_branches.1", "softmax1_blocks.0",
                              "softmax1_blocks.1", "last_blocks"}) {
        addBlock(specs, block, shape.channels);
    }
    addBatchNorm(specs, "softmax2_blocks.0", shape.channels);
    addConvolution(specs, "softmax2_blocks.2", shape.channels, shape.channels, false);
    addBatchNorm(specs, "softmax2_blocks.3", shape.channels);
    addConvolution(specs, "softmax2_blocks.5", shape.channels, shape.channels, false);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.channels < kReduction) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "Residual attention needs at least 4 channels, but these features have %1; choose features "
                                    "with more channels."),
                         {std::to_string(shape.channels)});
    }
    return {};
}

class ResidualAttention final : public AttentionModule {
public:
    explicit ResidualAttention(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap first = block(input.features(), "first_residual_blocks");
        steps.add("first block", "x' = Block(x)", [&] { return ops::toTensor(first); });
        FeatureMap trunk = block(block(first, "trunk_branches.0"), "trunk_branches.1");
        steps.add("trunk", "T = Block(Block(x'))", [&] { return ops::toTensor(trunk); });
        if (input.stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        const FeatureMap mask = softMask(first, trunk, steps);
        if (input.stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        ops::scaleByOnePlus(trunk, mask);
        steps.add("scale", "y = (1 + M) · T", [&] { return ops::toTensor(trunk); });
        AttentionOutput result;
        result.frames.push_back(block(trunk, "last_blocks"));
        steps.add("last block", "out = Block(y)", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Soft mask"), mask));
        return result;
    }

private:
    /// relu(BN(x)), in place.
    void activate(FeatureMap& x, const std::string& norm) const {
        m_layers.batchNorm(x, norm);
        ops::reluInPlace(x.data(), x.size());
    }

    [[nodiscard]] FeatureMap block(const FeatureMap& x, const std::string& name) const {
        FeatureMap y = x;
        activate(y, name + ".bn1");
        y = m_layers.convolution(y, name + ".conv1");
        activate(y, name + ".bn2");
        y = m_layers.convolution(y, name + ".conv2", {.padH = 1, .padW = 1});
        activate(y, name + ".bn3");
        y = m_layers.convolution(y, name + ".conv3");
        ops::add(y, x);
        return y;
    }

    [[nodiscard]] FeatureMap softMask(const FeatureMap& x, const FeatureMap& trunk, Steps& steps) const {
        FeatureMap y = ops::maxPool(x, 3, 2, 1);
        steps.add("pool", "y = maxpool 3×3, stride 2, of x'", [&] { return ops::toTensor(y); });
        y = block(block(y, "softmax1_blocks.0"), "softmax1_blocks.1");
        steps.add("coarse blocks", "y = Block(Block(y))", [&] { return ops::toTensor(y); });
        y = ops::resize(y, x.height(), x.width(), ops::Interpolation::Bilinear, true);
        ops::add(y, trunk);
        steps.add("up", "y = bilinear(y) + T", [&] { return ops::toTensor(y); });
        activate(y, "softmax2_blocks.0");
        y = m_layers.convolution(y, "softmax2_blocks.2");
        activate(y, "softmax2_blocks.3");
        y = m_layers.convolution(y, "softmax2_blocks.5");
        ops::sigmoidInPlace(y.data(), y.size());
        steps.add("soft mask", "M = sigmoid(W5·relu(BN(W2·relu(BN(y)))))", [&] { return ops::toTensor(y); });
        return y;
    }

    Layers m_layers;
};

}  // namespace

const ModuleInfo& ranModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "ran",
        .title = "RAN",
        .longTitle = FOVEA_TEXT("engine", "Residual attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2017,
        .paper = "Residual Attention Network for Image Classification (Wang et al., CVPR 2017)",
        .arxiv = "1704.06904",
        .reference =
            "tengshaofeng/ResidualAttentionNetwork-pytorch Residual-Attention-Network/model/attention_module.py "
            "AttentionModule_stage3",
        .summary = FOVEA_TEXT("engine", "Strengthens every value by a mask which a coarser copy of the features draws."),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<ResidualAttention>(w);
        }};
    return kInfo;
}

}  // namespace fovea
