// Second-order Attention Network for Single Image Super-Resolution (Dai et al., CVPR 2019): SOCA.
//   S = (1/N)·X·(I − 11ᵀ/N)·Xᵀ (C×C), and √S by Newton and Schulz: A = S / tr S, Y = A·(3I − A)/2, Z = (3I − A)/2;
//   iters − 2 times D = (3I − Z·Y)/2, Y = Y·D, Z = D·Z;  √S = √(tr S)·Y·(3I − Z·Y)/2. With one iteration √S = √(tr S)·A·(3I −
//   A)/2. v_c = mean of column c of √S,  a = sigmoid(W2·relu(W0·v + b0) + b2),  out = a_c·x_c.
// All positions count; the reference looks at the middle of maps beyond 1000×1000 only.

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/square_root.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int hidden = shape.channels / params.integer("reduction");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv_du.0", hidden, shape.channels, true);
    addConvolution(specs, "conv_du.2", shape.channels, hidden, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (auto reduced = checkReduction("SOCA", shape.channels, params); !reduced) {
        return reduced;
    }
    if (shape.height * shape.width < 2) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "SOCA needs at least two positions, for one does not vary; choose a larger picture or a "
                                    "smaller stride."));
    }
    return {};
}

double traceOf(const std::vector<double>& s, int channels) {
    double total = 0.0;
    for (std::size_t k = 0; k < s.size(); k += static_cast<std::size_t>(channels) + 1) {
        total += s[k];
    }
    return total;
}

Tensor tensorOf(const std::vector<double>& m, int channels) {
    return {{channels, channels}, std::vector<float>(m.begin(), m.end())};
}

class SecondOrderChannels final : public AttentionModule {
public:
    SecondOrderChannels(const Weights& weights, int iterations) : m_layers(weights), m_iterations(iterations) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto s = ops::covariance(x);
        steps.add("covariance", "S = (1/N) · X · (I − 11ᵀ/N) · Xᵀ", [&] { return tensorOf(s, x.channels()); });
        if (traceOf(s, x.channels()) <= 0.0) {
            return makeError(
                ErrorCode::BadValue,
                FOVEA_TEXT("engine",
                           "SOCA compares how channels vary, but these do not vary at all; choose a picture which is "
                           "not of one colour."));
        }
        const auto root = ops::squareRoot(s, x.channels(), m_iterations, input.stop);
        if (!root) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        steps.add("square root", "√S by Newton and Schulz", [&] { return tensorOf(*root, x.channels()); });
        const auto means = ops::columnMeans(*root, x.channels());
        const ops::Vector pooled(means.begin(), means.end());
        steps.add("pool", "v_c = mean of column c", [&] { return ops::toTensor(pooled); });
        auto gate = excite(pooled);
        steps.add("gate", "a = sigmoid(W2·relu(W0·v + b0) + b2)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        steps.add("scale", "out = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] ops::Vector excite(const ops::Vector& pooled) const {
        auto hidden = ops::linear(pooled, m_layers.at("conv_du.0.weight"), m_layers.at("conv_du.0.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        auto gate = ops::linear(hidden, m_layers.at("conv_du.2.weight"), m_layers.at("conv_du.2.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        return gate;
    }

    Layers m_layers;
    int m_iterations;
};

}  // namespace

const ModuleInfo& socaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "soca",
        .title = "SOCA",
        .longTitle = FOVEA_TEXT("engine", "Second-order channel attention"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2019,
        .paper = "Second-order Attention Network for Single Image Super-Resolution (Dai et al., CVPR 2019)",
        .reference = "daitao/SAN SOCA with jiangtaoxie/fast-MPN-COV src/representation/MPNCOV.py",
        .summary = FOVEA_TEXT("engine", "Weighs channels by the square root of their covariance."),
        .params = {reductionParam(8),
                   {.key = "iters",
                    .label = FOVEA_TEXT("engine", "Iterations"),
                    .type = ParamType::Int,
                    .fallback = 5,
                    .min = 1,
                    .max = 32,
                    .help = FOVEA_TEXT("engine", "Steps towards the square root.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SecondOrderChannels>(w, params.integer("iters"));
        }};
    return kInfo;
}

}  // namespace fovea
