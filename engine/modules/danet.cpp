// DANet: Dual Attention Network for Scene Segmentation (Fu et al., CVPR 2019), both branches without the convolutions around
// them.
//   Positions: p = γ_p·(A·v) + x with A = softmax over keys of q·k, as SAGAN.
//   Channels: E = X·Xᵀ over all positions (C×C), B = softmax over the columns of rowmax(E) − E, c = γ_c·(B·X) + x.
//   out = p + c, so that x enters twice.
// Subtracting from the maximum of the row gives the least similar channels the largest weight.

#include "engine/attention/position_attention.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/product.h"
#include "engine/kernels/sums.h"

namespace fovea {
namespace {

constexpr const char* kTitle = "DANet";

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet&) {
    auto specs = PositionAttention::weights("sa.", shape.channels);
    specs.push_back({"sc.gamma", {1}, WeightInit::One});
    return specs;
}

class Danet final : public AttentionModule {
public:
    explicit Danet(const Weights& weights)
        : m_positions(weights, "sa."), m_channelGamma(weights.tensors.at("sc.gamma").values.front()) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        auto attended = m_positions.run(x, input.stop, steps);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        const Tensor matrix = channelWeights(x, steps);
        FeatureMap out = channelBranch(x, matrix);
        steps.add("channel residual", "c = γ_c · (B·X) + x", [&] { return ops::toTensor(out); });
        ops::add(out, attended->output);
        steps.add("sum", "out = p + c", [&] { return ops::toTensor(out); });

        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        const PairwiseSide channels{.height = 1, .width = x.channels(), .axis = MapAxis::Channels};
        result.maps.push_back({.name = "channel_matrix",
                               .kind = PairwiseMap{.queries = channels, .keys = channels},
                               .role = MapRole::Distribution,
                               .title = FOVEA_TEXT("engine", "Attention between channels"),
                               .data = matrix});
        return result;
    }

private:
    static Tensor channelWeights(const FeatureMap& x, Steps& steps) {
        const std::vector<double> energies = ops::channelProducts(x);
        steps.add("energies", "E = X · Xᵀ", [&] {
            return Tensor(Shape{1, x.channels(), x.channels()}, std::vector<float>(energies.begin(), energies.end()));
        });
        Tensor matrix = ops::distanceToRowMaximum(energies, x.channels());
        ops::softmax(matrix.values.data(), matrix.size(), static_cast<std::size_t>(x.channels()));
        steps.add("channel weights", "B = softmax over columns of rowmax(E) − E", [&] { return matrix; });
        return matrix;
    }

    [[nodiscard]] FeatureMap channelBranch(const FeatureMap& x, const Tensor& matrix) const {
        FeatureMap out = x;
        ops::addProduct(m_channelGamma, ops::matrixOf(matrix), ops::matrixOf(x), ops::matrixOf(out));
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
