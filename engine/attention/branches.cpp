#include "engine/attention/branches.h"

#include <Eigen/Core>

#include <algorithm>
#include <numeric>
#include <utility>

namespace fovea {
namespace {

using Rows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace

ParamSpec groupsParam(bool automatic) {
    return {.key = "groups",
            .label = FOVEA_TEXT("engine", "Groups"),
            .type = ParamType::Int,
            .fallback = automatic ? 0 : 1,
            .min = automatic ? 0.0 : 1.0,
            .max = 512,
            .help = automatic ? FOVEA_TEXT("engine",
                                           "Groups of channels which the convolutions keep apart; 0 means as many of 32 as "
                                           "divide the channels.")
                              : FOVEA_TEXT("engine", "Groups of channels which the convolution keeps apart.")};
}

ParamSpec kernelParam() {
    return {.key = "k",
            .label = FOVEA_TEXT("engine", "Kernel size"),
            .type = ParamType::Int,
            .fallback = 3,
            .min = 1,
            .max = 15,
            .help = FOVEA_TEXT("engine", "Side of the kernel in cells.")};
}

ParamSpec biasParam(bool fallback) {
    return {.key = "bias",
            .label = FOVEA_TEXT("engine", "Biases"),
            .type = ParamType::Bool,
            .fallback = fallback,
            .help = FOVEA_TEXT("engine", "Whether the convolution adds a learned constant.")};
}

ParamSpec outputsParam() {
    return {.key = "Cout",
            .label = FOVEA_TEXT("engine", "Output channels"),
            .type = ParamType::Int,
            .fallback = 0,
            .min = 0,
            .max = 4096,
            .help = FOVEA_TEXT("engine", "Channels of the output; 0 means as many as the input has.")};
}

int outputChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("Cout");
    return chosen > 0 ? chosen : shape.channels;
}

int convolutionGroups(const InputShape& shape, const ParamSet& params) {
    constexpr int kAutomatic = 32;
    const int chosen = params.integer("groups");
    return chosen > 0 ? chosen : std::gcd(kAutomatic, shape.channels);
}

Result<void> checkGroups(const char* title, int channels, int groups) {
    if (channels % groups != 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine", "%1 cannot split %2 channels into %3 equal groups; choose another number of groups."),
            {title, std::to_string(channels), std::to_string(groups)});
    }
    return {};
}

ops::Vector meanOfSum(const std::vector<FeatureMap>& branches) {
    ops::Vector sum(static_cast<std::size_t>(branches.front().channels()), 0.0F);
    for (const auto& branch : branches) {
        const auto mean = ops::globalMean(branch);
        std::transform(sum.begin(), sum.end(), mean.begin(), sum.begin(), std::plus<>());
    }
    return sum;
}

FeatureMap weightedSum(const std::vector<FeatureMap>& branches, const Tensor& gate) {
    const FeatureMap& first = branches.front();
    FeatureMap out(first.channels(), first.height(), first.width());
    const float* weight = gate.values.data();
    for (const auto& branch : branches) {
        for (int c = 0; c < first.channels(); ++c) {
            Eigen::Map<Eigen::ArrayXf>(out.row(c), first.cells()) +=
                *weight++ * Eigen::Map<const Eigen::ArrayXf>(branch.row(c), first.cells());
        }
    }
    return out;
}

Tensor mixedKernel(const Tensor& stack, const ops::Vector& gate, Shape shape) {
    const auto count = static_cast<Eigen::Index>(gate.size());
    const Rows kernels(stack.values.data(), count, static_cast<Eigen::Index>(stack.size()) / count);
    Tensor out(std::move(shape));
    Eigen::Map<Eigen::RowVectorXf>(out.values.data(), kernels.cols()).noalias() =
        Eigen::Map<const Eigen::RowVectorXf>(gate.data(), count) * kernels;
    return out;
}

AttentionMap branchMap(MapRole role, const char* title, Tensor gate) {
    return {.name = "branch", .kind = MapKind::Branch, .role = role, .title = title, .data = std::move(gate)};
}

}  // namespace fovea
