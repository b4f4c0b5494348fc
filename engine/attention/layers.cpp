#include "engine/attention/layers.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/elementwise.h"

namespace fovea {

void addConvolution(std::vector<WeightSpec>& specs, const std::string& layer, int outputs, int inputs, bool bias, int kernel) {
    const int fanIn = inputs * kernel * kernel;
    specs.push_back({layer + ".weight", {outputs, inputs, kernel, kernel}, WeightInit::FanIn, fanIn});
    if (bias) {
        specs.push_back({layer + ".bias", {outputs}, WeightInit::FanIn, fanIn});
    }
}

void addBatchNorm(std::vector<WeightSpec>& specs, const std::string& layer, int channels) {
    specs.push_back({layer + ".weight", {channels}, WeightInit::One});
    specs.push_back({layer + ".bias", {channels}, WeightInit::Zero});
    specs.push_back({layer + ".running_mean", {channels}, WeightInit::Zero});
    specs.push_back({layer + ".running_var", {channels}, WeightInit::One});
}

ParamSpec reductionParam(int fallback) {
    return {.key = "reduction",
            .label = FOVEA_TEXT("engine", "Reduction"),
            .type = ParamType::Int,
            .fallback = fallback,
            .min = 1,
            .max = 256,
            .help = FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has.")};
}

Result<void> checkReduction(const std::string& title, int channels, const ParamSet& params) {
    const int reduction = params.integer("reduction");
    if (channels / reduction >= 1) {
        return {};
    }
    return makeError(ErrorCode::BadParameter,
                     FOVEA_TEXT("engine",
                                "%1 has nothing to compute: a reduction of %2 leaves no hidden channel of %3; choose a reduction "
                                "of at most %3."),
                     {title, std::to_string(reduction), std::to_string(channels)});
}

Result<void> checkWeightCount(const std::string& title, const std::vector<WeightSpec>& specs) {
    constexpr double kMost = 1 << 28;
    double count = 0.0;
    for (const auto& spec : specs) {
        count += static_cast<double>(Tensor::count(spec.shape));
    }
    if (count <= kMost) {
        return {};
    }
    return makeError(ErrorCode::TooLarge,
                     FOVEA_TEXT("engine",
                                "%1 would have %2 million learned values, and at most %3 million are held; choose smaller or "
                                "fewer kernels or layers."),
                     {title, std::to_string(std::llround(count / 1e6)), std::to_string(std::llround(kMost / 1e6))});
}

Layers::Layers(const Weights& weights) : m_tensors(weights.tensors) {
    for (auto& [name, tensor] : m_tensors) {
        Shape& shape = tensor.shape;
        const bool product =
            shape.size() > 2 && std::all_of(shape.begin() + 2, shape.end(), [](auto extent) { return extent == 1; });
        if (product) {  // a kernel of one tap, over however many axes
            shape.resize(2);
        }
    }
}

FeatureMap Layers::convolution(const FeatureMap& x, const std::string& layer, const ops::ConvOptions& options) const {
    const auto bias = m_tensors.find(layer + ".bias");
    return ops::conv2d(x, at(layer + ".weight"), bias == m_tensors.end() ? Tensor() : bias->second, options);
}

void Layers::batchNorm(FeatureMap& x, const std::string& layer) const {
    ops::batchNorm(x, at(layer + ".weight"), at(layer + ".bias"), at(layer + ".running_mean"), at(layer + ".running_var"));
}

FeatureMap Layers::normalized(const FeatureMap& x, const std::string& layer, const std::string& norm) const {
    FeatureMap y = convolution(x, layer);
    batchNorm(y, norm);
    return y;
}

FeatureMap Layers::rectified(const FeatureMap& x, const std::string& layer, const std::string& norm) const {
    FeatureMap y = normalized(x, layer, norm);
    ops::reluInPlace(y.data(), y.size());
    return y;
}

FeatureMap Layers::residual(const FeatureMap& y, const std::string& layer, const std::string& norm, const FeatureMap& x) const {
    FeatureMap out = normalized(y, layer, norm);
    ops::add(out, x);
    ops::reluInPlace(out.data(), out.size());
    return out;
}

}  // namespace fovea
