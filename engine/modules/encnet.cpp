// EncNet: Context Encoding for Semantic Segmentation (Zhang et al., CVPR 2018), its context encoding module.
//   f = relu(BN(W·x));  A[k,n] = softmax over k of s_k·‖f_n − c_k‖² (s is negative);  E_k = Σ_n A[k,n]·(f_n − c_k);
//   e = mean over k of relu(BN_k(E_k)),  γ = sigmoid(W_fc·e + b),  out = relu(x + γ_c·x_c).
// The class logits of the auxiliary loss are a stage of the trace.

#include <Eigen/Core>

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int codes = params.integer("ncodes");
    const int classes = params.integer("nclass");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "encoding.0", channels, channels, false);
    addBatchNorm(specs, "encoding.1", channels);
    specs.push_back({"encoding.3.codewords", {codes, channels}, WeightInit::FanIn, codes * channels});
    specs.push_back({"encoding.3.scale", {codes}, WeightInit::FanIn, 1});
    addBatchNorm(specs, "encoding.4", codes);
    specs.insert(specs.end(), {{"fc.0.weight", {channels, channels}, WeightInit::FanIn, channels},
                               {"fc.0.bias", {channels}, WeightInit::FanIn, channels},
                               {"selayer.weight", {classes, channels}, WeightInit::FanIn, channels},
                               {"selayer.bias", {classes}, WeightInit::FanIn, channels}});
    return specs;
}

class EncNet final : public AttentionModule {
public:
    explicit EncNet(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const FeatureMap f = m_layers.rectified(x, "encoding.0", "encoding.1");
        trace.stage("features", "f = relu(BN(W·x))", [&] { return ops::toTensor(f); });
        const FeatureMap assignment = assign(f);
        trace.stage("assign", "A[k,n] = softmax over k of s_k·‖f_n − c_k‖²", [&] { return ops::toTensor(assignment); });
        const ops::Vector encoded = encode(f, assignment);
        trace.stage("encode", "e = mean over k of relu(BN_k(Σ_n A[k,n]·(f_n − c_k)))", [&] { return ops::toTensor(encoded); });
        ops::Vector gate = ops::linear(encoded, m_layers.at("fc.0.weight"), m_layers.at("fc.0.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        trace.stage("gate", "γ = sigmoid(W·e + b)", [&] { return ops::toTensor(gate); });
        trace.stage("logits", "l = W_se·e + b_se", [&] {
            return ops::toTensor(ops::linear(encoded, m_layers.at("selayer.weight"), m_layers.at("selayer.bias")));
        });
        FeatureMap out = ops::scaleChannels(x, gate);
        std::transform(out.data(), out.data() + out.size(), x.data(), out.data(), std::plus<>());
        ops::reluInPlace(out.data(), out.size());
        trace.stage("residual", "out = relu(x + γ_c · x_c)", [&] { return ops::toTensor(out); });
        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(channelGateMap(std::move(gate)));
        result.maps.push_back(
            fullMap("assign", MapRole::Distribution, FOVEA_TEXT("engine", "Assignment to the codewords"), assignment));
        return result;
    }

private:
    [[nodiscard]] ConstMap codewords() const {
        const Tensor& codes = m_layers.at("encoding.3.codewords");
        return {codes.values.data(), codes.dim(0), codes.dim(1)};
    }

    /// K×H×W. ‖f − c‖² = ‖f‖² − 2·c·f + ‖c‖², so that no K×N×C numbers are formed.
    [[nodiscard]] FeatureMap assign(const FeatureMap& f) const {
        const ConstMap codes = codewords();
        const ConstMap rows(f.data(), f.channels(), f.cells());
        const auto& scale = m_layers.at("encoding.3.scale").values;
        FeatureMap out(static_cast<int>(codes.rows()), f.height(), f.width());
        Eigen::Map<Matrix> logits(out.data(), codes.rows(), f.cells());
        logits.noalias() = -2.0F * (codes * rows);
        logits.rowwise() += rows.colwise().squaredNorm();
        logits.colwise() += codes.rowwise().squaredNorm();
        logits = Eigen::Map<const Eigen::VectorXf>(scale.data(), codes.rows()).asDiagonal() * logits;
        ops::softmaxChannels(out);
        return out;
    }

    /// Σ_n A[k,n]·f_n − (Σ_n A[k,n])·c_k, normalised, rectified and averaged over k.
    [[nodiscard]] ops::Vector encode(const FeatureMap& f, const FeatureMap& assignment) const {
        const ConstMap codes = codewords();
        const ConstMap a(assignment.data(), assignment.channels(), assignment.cells());
        const ConstMap rows(f.data(), f.channels(), f.cells());
        FeatureMap sums(assignment.channels(), 1, f.channels());
        Eigen::Map<Matrix> e(sums.data(), codes.rows(), codes.cols());
        e.noalias() = a * rows.transpose();
        e -= a.rowwise().sum().asDiagonal() * codes;
        m_layers.batchNorm(sums, "encoding.4");
        ops::reluInPlace(sums.data(), sums.size());
        ops::Vector mean(static_cast<std::size_t>(f.channels()));
        Eigen::Map<Eigen::RowVectorXf>(mean.data(), f.channels()) = e.colwise().mean();
        return mean;
    }

    Layers m_layers;
};

}  // namespace

const ModuleInfo& encnetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "encnet",
        .title = "EncNet",
        .longTitle = FOVEA_TEXT("engine", "Context encoding module"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "Context Encoding for Semantic Segmentation (Zhang et al., CVPR 2018)",
        .arxiv = "1803.08904",
        .reference = "zhanghang1989/PyTorch-Encoding encoding/models/sseg/encnet.py EncModule",
        .summary = FOVEA_TEXT(
            "engine", "Describes the scene by how its positions differ from learned codewords and weighs the channels by it."),
        .params = {{.key = "ncodes",
                    .label = FOVEA_TEXT("engine", "Codewords"),
                    .type = ParamType::Int,
                    .fallback = 32,
                    .min = 1,
                    .max = 512,
                    .help = FOVEA_TEXT("engine", "Entries of the learned dictionary.")},
                   {.key = "nclass",
                    .label = FOVEA_TEXT("engine", "Classes"),
                    .type = ParamType::Int,
                    .fallback = 19,
                    .min = 1,
                    .max = 10000,
                    .help =
                        FOVEA_TEXT("engine", "Outputs of the auxiliary classifier, which the attention does not depend on.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<EncNet>(w);
        }};
    return kInfo;
}

}  // namespace fovea
