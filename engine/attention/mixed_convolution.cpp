#include "engine/attention/mixed_convolution.h"

#include <utility>

namespace fovea {
namespace {

int outputCount(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("Cout");
    return chosen > 0 ? chosen : shape.channels;
}

}  // namespace

std::vector<ParamSpec> MixedConvolution::params(bool bias) {
    return {{.key = "Cout",
             .label = FOVEA_TEXT("engine", "Output channels"),
             .type = ParamType::Int,
             .fallback = 0,
             .min = 0,
             .max = 4096,
             .help = FOVEA_TEXT("engine", "Channels of the output; 0 takes as many as the input has.")},
            {.key = "k",
             .label = FOVEA_TEXT("engine", "Kernel size"),
             .type = ParamType::Int,
             .fallback = 3,
             .min = 1,
             .max = 31,
             .help = FOVEA_TEXT("engine", "Cells along each side of the kernel; an even size makes the output one cell larger.")},
            {.key = "groups",
             .label = FOVEA_TEXT("engine", "Groups"),
             .type = ParamType::Int,
             .fallback = 1,
             .min = 1,
             .max = 4096,
             .help = FOVEA_TEXT("engine", "Runs of channels which are convolved apart from each other.")},
            {.key = "bias",
             .label = FOVEA_TEXT("engine", "Bias"),
             .type = ParamType::Bool,
             .fallback = bias,
             .help = FOVEA_TEXT("engine", "Whether a mixed bias is added to each output channel.")}};
}

Shape MixedConvolution::kernelShape(const InputShape& shape, const ParamSet& params) {
    const int k = params.integer("k");
    return {outputCount(shape, params), shape.channels / params.integer("groups"), k, k};
}

Result<void> MixedConvolution::check(const std::string& title, const InputShape& shape, const ParamSet& params) {
    const int groups = params.integer("groups");
    const int outputs = outputCount(shape, params);
    if (shape.channels % groups == 0 && outputs % groups == 0) {
        return {};
    }
    return makeError(ErrorCode::BadParameter,
                     FOVEA_TEXT("engine",
                                "%1 cannot share out %2 input and %3 output channels evenly among %4 groups; choose a number of "
                                "groups which divides both."),
                     {title, std::to_string(shape.channels), std::to_string(outputs), std::to_string(groups)});
}

MixedConvolution::MixedConvolution(Tensor kernels, Tensor biases, Shape kernelShape, int groups)
    : m_kernels(std::move(kernels)), m_biases(std::move(biases)), m_shape(std::move(kernelShape)), m_groups(groups) {}

FeatureMap MixedConvolution::run(const FeatureMap& x, const ops::Vector& attention, Steps& steps) const {
    const Tensor kernel = ops::mixBank(attention, m_kernels, m_shape);
    steps.add("mix", "K = Σ_e a_e · K_e", [&] { return kernel; });
    const Tensor bias = m_biases.empty() ? Tensor() : ops::mixBank(attention, m_biases, {m_shape[0]});
    const int padding = static_cast<int>(m_shape[2]) / 2;
    FeatureMap out = ops::conv2d(x, kernel, bias, {.padH = padding, .padW = padding, .groups = m_groups});
    steps.add("convolve", m_biases.empty() ? "out = K ∗ x" : "out = K ∗ x + Σ_e a_e · b_e", [&] { return ops::toTensor(out); });
    return out;
}

}  // namespace fovea
