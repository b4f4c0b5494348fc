// Global Second-order Pooling Convolutional Networks (Gao et al., CVPR 2019), over channels.
//   T = relu(BN(W_r·relu(x) + b_r)) with stride s and d channels on M positions;
//   S = (1/M)·T·(I − 11ᵀ/M)·Tᵀ, batch norm per row;  r_k = w_k·S_row + b_k, four numbers for each row;
//   a = sigmoid(W·r + b),  out = a_c·x_c. The relu of the input serves the attention alone.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

constexpr int kPerRow = 4;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int inner = params.integer("att_dim");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv_for_DR", inner, channels, true);
    addBatchNorm(specs, "bn_for_DR", inner);
    addBatchNorm(specs, "row_bn", inner);
    specs.push_back({"row_conv_group.weight", {kPerRow * inner, 1, inner, 1}, WeightInit::FanIn, inner});
    specs.push_back({"row_conv_group.bias", {kPerRow * inner}, WeightInit::FanIn, inner});
    addConvolution(specs, "fc_adapt_channels", channels, kPerRow * inner, true);
    return specs;
}

class SecondOrderPooling final : public AttentionModule {
public:
    SecondOrderPooling(const Weights& weights, int stride) : m_layers(weights), m_stride(stride) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap covariance = covarianceOf(reduced(x, steps));
        steps.add("covariance", "S = (1/M) · T · (I − 11ᵀ/M) · Tᵀ", [&] { return ops::toTensor(covariance); });
        const auto rows = rowsOf(covariance);
        steps.add("rows", "r_k = w_k · BN(S)_row + b_k", [&] { return ops::toTensor(rows); });
        auto gate = ops::linear(rows, m_layers.at("fc_adapt_channels.weight"), m_layers.at("fc_adapt_channels.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gate", "a = sigmoid(W·r + b)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] FeatureMap reduced(const FeatureMap& x, Steps& steps) const {
        FeatureMap y = x;
        ops::reluInPlace(y.data(), y.size());
        y = m_layers.convolution(y, "conv_for_DR", {.stride = m_stride});
        m_layers.batchNorm(y, "bn_for_DR");
        ops::reluInPlace(y.data(), y.size());
        steps.add("reduce", "T = relu(BN(W_r·relu(x) + b_r))", [&] { return ops::toTensor(y); });
        return y;
    }

    /// d×1×d: every row is a channel.
    static FeatureMap covarianceOf(const FeatureMap& t) {
        const auto values = ops::covariance(t);
        FeatureMap s(t.channels(), 1, t.channels());
        std::transform(values.begin(), values.end(), s.data(), [](double v) { return static_cast<float>(v); });
        return s;
    }

    /// Four numbers for each of the d rows.
    [[nodiscard]] ops::Vector rowsOf(FeatureMap s) const {
        m_layers.batchNorm(s, "row_bn");
        return ops::depthwiseSums(s, m_layers.at("row_conv_group.weight"), m_layers.at("row_conv_group.bias"));
    }

    Layers m_layers;
    int m_stride;
};

}  // namespace

const ModuleInfo& gsopModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "gsop",
        .title = "GSoP",
        .longTitle = FOVEA_TEXT("engine", "Global second-order pooling"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "Global Second-order Pooling Convolutional Networks (Gao et al., CVPR 2019)",
        .arxiv = "1811.12006",
        .reference = "ZilinGao/Global-Second-order-Pooling-Convolutional-Networks torchvision/models/resnet.py chan_att",
        .summary = FOVEA_TEXT("engine", "Weighs channels by how they vary together rather than by their means."),
        .params = {{.key = "att_dim",
                    .label = FOVEA_TEXT("engine", "Reduced channels"),
                    .type = ParamType::Int,
                    .fallback = 128,
                    .min = 1,
                    .max = 1024,
                    .help = FOVEA_TEXT("engine", "Channels among which the covariance is taken.")},
                   {.key = "stride",
                    .label = FOVEA_TEXT("engine", "Stride"),
                    .type = ParamType::Int,
                    .fallback = 1,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "Takes every so many rows and columns into the covariance.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SecondOrderPooling>(w, params.integer("stride"));
        }};
    return kInfo;
}

}  // namespace fovea
