// DANet: Dual Attention Network for Scene Segmentation (Fu et al., CVPR 2019), both branches without the convolutions around
// them.
//   Positions: p = γ_p·(A·v) + x with A = softmax over keys of q·k, as SAGAN.
//   Channels: E = X·Xᵀ over all positions (C×C), B = softmax over the columns of rowmax(E) − E, c = γ_c·(B·X) + x.
//   out = p + c, so that x enters twice.
// Subtracting from the maximum of the row gives the least similar channels the largest weight.

#include <Eigen/Core>
#include <algorithm>

#include "engine/attention/position_attention.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Matrix>;

constexpr const char* kTitle = "DANet";

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    auto specs = PositionAttention::weights("sa.", shape.channels);
    specs.push_back({"sc.gamma", {1}, WeightInit::One});
    return specs;
}

/// X·Xᵀ. Runs of positions are added up in double: the exponents are differences of large sums.
Eigen::MatrixXd channelEnergies(const FeatureMap& x) {
    constexpr int kRun = 256;
    const ConstRows rows(x.data(), x.channels(), x.cells());
    Eigen::MatrixXd total = Eigen::MatrixXd::Zero(x.channels(), x.channels());
    Matrix part(x.channels(), x.channels());
    for (int first = 0; first < x.cells(); first += kRun) {
        const auto run = rows.middleCols(first, std::min(kRun, x.cells() - first));
        part.noalias() = run * run.transpose();
        total += part.cast<double>();
    }
    return total;
}

/// As [1×rows×columns].
Tensor toTensor(const Eigen::MatrixXd& m) {
    Tensor out(Shape{1, m.rows(), m.cols()});
    Eigen::Map<Matrix>(out.values.data(), m.rows(), m.cols()) = m.cast<float>();
    return out;
}

class Danet final : public AttentionModule {
public:
    explicit Danet(const Weights& weights)
        : m_positions(weights, "sa."), m_channelGamma(weights.tensors.at("sc.gamma").values.front()) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        auto attended = m_positions.run(x, input.stop, trace);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        const Tensor matrix = channelWeights(x, trace);
        FeatureMap out = channelBranch(x, matrix);
        trace.stage("channel residual", "c = γ_c · (B·X) + x", [&] { return ops::toTensor(out); });
        for (std::size_t k = 0; k < out.size(); ++k) {
            out.data()[k] += attended->output.data()[k];
        }
        trace.stage("sum", "out = p + c", [&] { return ops::toTensor(out); });

        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        result.maps.push_back({.name = "channel_matrix",
                               .kind = MapKind::Pairwise,
                               .role = MapRole::Distribution,
                               .title = FOVEA_TEXT("engine", "Attention between channels"),
                               .data = matrix,
                               .gridHeight = 1,
                               .gridWidth = x.channels(),
                               .keyHeight = 1,
                               .keyWidth = x.channels(),
                               .queryAxis = MapAxis::Channels,
                               .keyAxis = MapAxis::Channels});
        return result;
    }

private:
    static Tensor channelWeights(const FeatureMap& x, Trace& trace) {
        const Eigen::MatrixXd energies = channelEnergies(x);
        trace.stage("energies", "E = X · Xᵀ", [&] { return toTensor(energies); });
        Tensor matrix = toTensor((-energies).colwise() + energies.rowwise().maxCoeff());
        ops::softmax(matrix.values.data(), matrix.size(), static_cast<std::size_t>(x.channels()));
        trace.stage("channel weights", "B = softmax over columns of rowmax(E) − E", [&] { return matrix; });
        return matrix;
    }

    [[nodiscard]] FeatureMap channelBranch(const FeatureMap& x, const Tensor& matrix) const {
        FeatureMap out = x;
        const ConstRows mix(matrix.values.data(), x.channels(), x.channels());
        Eigen::Map<Matrix>(out.data(), x.channels(), x.cells()).noalias() +=
            (m_channelGamma * mix) * ConstRows(x.data(), x.channels(), x.cells());
        return out;
    }

    PositionAttention m_positions;
    float m_channelGamma;
};

}  // namespace

const ModuleInfo& danetModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "danet",
        .title = kTitle,
        .longTitle = FOVEA_TEXT("engine", "Dual attention of positions and channels"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Self,
        .year = 2019,
        .paper = "DANet: Dual Attention Network for Scene Segmentation (Fu et al., CVPR 2019)",
        .arxiv = "1809.02983",
        .reference = "junfu1115/DANet encoding/nn/da_att.py PAM_Module and CAM_Module, summed",
        .summary = FOVEA_TEXT("engine",
                              "Lets every position gather from positions which resemble it, and every channel from channels "
                              "which do not."),
        .weights = weights,
        .check = [](const InputShape& shape, const ParamSet&) { return PositionAttention::check(kTitle, shape.channels); },
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Danet>(w);
        }};
    return kInfo;
}

}  // namespace fovea
