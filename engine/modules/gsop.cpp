// GSoP-Net: Global Second-order Pooling Convolutional Networks (Gao et al., CVPR 2019), channel attention.
//   t = relu(BN(conv1×1 stride s (relu(x)))), C → d;  S = covariance of the d channels over the positions (divided by their
//   number); S' = BN over the rows of S;  each row r gives 4 numbers, k_r·S'_r + b;  a = sigmoid(W·(4d numbers) + b),  out_c =
//   a_c·x_c.
// The first relu acts in the branch only: the unrectified x is weighed.

#include <Eigen/Core>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

constexpr int kPerRow = 4;

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int d = params.integer("att_dim");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv_for_DR", d, channels, true);
    addBatchNorm(specs, "bn_for_DR", d);
    addBatchNorm(specs, "row_bn", d);
    specs.push_back({"row_conv_group.weight", {kPerRow * d, 1, d, 1}, WeightInit::FanIn, d});
    specs.push_back({"row_conv_group.bias", {kPerRow * d}, WeightInit::FanIn, d});
    addConvolution(specs, "fc_adapt_channels", channels, kPerRow * d, true);
    return specs;
}

class Gsop final : public AttentionModule {
public:
    Gsop(const Weights& weights, const ParamSet& params) : m_layers(weights), m_stride(params.integer("stride")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const FeatureMap reduced = reduce(x);
        trace.stage("reduce", "t = relu(BN(W·relu(x) + b))", [&] { return ops::toTensor(reduced); });
        FeatureMap covariance = covarianceOf(reduced);
        trace.stage("covariance", "S = (t − mean)·(t − mean)ᵀ / N", [&] { return ops::toTensor(covariance); });
        m_layers.batchNorm(covariance, "row_bn");
        const ops::Vector rows = rowConvolution(covariance);
        trace.stage("rows", "r = four products of each row of BN(S)", [&] { return ops::toTensor(rows); });
        ops::Vector gate = ops::linear(rows, m_layers.at("fc_adapt_channels.weight"), m_layers.at("fc_adapt_channels.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        trace.stage("excite", "a = sigmoid(W·r + b)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        trace.stage("scale", "out_c = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] FeatureMap reduce(const FeatureMap& x) const {
        FeatureMap t = x;
        ops::reluInPlace(t.data(), t.size());
        t = m_layers.convolution(t, "conv_for_DR", {.stride = m_stride});
        m_layers.batchNorm(t, "bn_for_DR");
        ops::reluInPlace(t.data(), t.size());
        return t;
    }

    /// d×1×d: row r as channel r.
    static FeatureMap covarianceOf(const FeatureMap& t) {
        const Eigen::Map<const Matrix> rows(t.data(), t.channels(), t.cells());
        const Matrix centered = rows.colwise() - rows.rowwise().mean();
        FeatureMap out(t.channels(), 1, t.channels());
        Eigen::Map<Matrix>(out.data(), t.channels(), t.channels()).noalias() =
            centered * centered.transpose() / static_cast<float>(t.cells());
        return out;
    }

    [[nodiscard]] ops::Vector rowConvolution(const FeatureMap& covariance) const {
        const int d = covariance.channels();
        const auto& kernels = m_layers.at("row_conv_group.weight").values;
        ops::Vector out = m_layers.at("row_conv_group.bias").values;
        for (int k = 0; k < kPerRow * d; ++k) {
            const Eigen::Map<const Eigen::VectorXf> row(covariance.row(k / kPerRow), d);
            out[static_cast<std::size_t>(k)] +=
                row.dot(Eigen::Map<const Eigen::VectorXf>(kernels.data() + static_cast<std::ptrdiff_t>(k) * d, d));
        }
        return out;
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
        .summary = FOVEA_TEXT("engine", "Weighs each channel by how the channels vary together."),
        .params = {{.key = "att_dim",
                    .label = FOVEA_TEXT("engine", "Reduced channels"),
                    .type = ParamType::Int,
                    .fallback = 128,
                    .min = 1,
                    .max = 1024,
                    .help = FOVEA_TEXT("engine", "Channels whose covariance is taken.")},
                   {.key = "stride",
                    .label = FOVEA_TEXT("engine", "Stride"),
                    .type = ParamType::Int,
                    .fallback = 1,
                    .min = 1,
                    .max = 8,
                    .help = FOVEA_TEXT("engine", "Every how many positions are taken.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Gsop>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
