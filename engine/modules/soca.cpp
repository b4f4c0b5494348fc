// SAN: Second-order Attention Network for Single Image Super-Resolution (Dai et al., CVPR 2019), its channel attention.
//   S = covariance of the channels over the positions (divided by their number), A = S / tr(S);
//   Newton–Schulz: Z0 = (3I − A)/2, Y0 = A·Z0; then T = (3I − Z·Y)/2, Y ← Y·T, Z ← T·Z (iters − 2 times); R = √tr(S)·Y·(3I −
//   Z·Y)/2; v = column means of R,  a = sigmoid(W2·relu(W0·v + b0) + b2),  out_c = a_c·x_c.
// Constant channels have no covariance to take a root of. The reference crops maps over 1000×1000, which never occur here.

#include <Eigen/Core>

#include <cmath>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"

namespace fovea {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int hidden = shape.channels / params.integer("reduction");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "conv_du.0", hidden, shape.channels, true);
    addConvolution(specs, "conv_du.2", shape.channels, hidden, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (shape.channels / params.integer("reduction") < 1) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "SOCA has nothing to compute: a reduction of %1 leaves no hidden channel of %2; choose a "
                                    "reduction of at most %2."),
                         {std::to_string(params.integer("reduction")), std::to_string(shape.channels)});
    }
    if (shape.height * shape.width < 2) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "SOCA needs at least two positions to vary over; choose a smaller stride."));
    }
    return {};
}

Matrix covariance(const FeatureMap& x) {
    const Eigen::Map<const Matrix> rows(x.data(), x.channels(), x.cells());
    const Matrix centered = rows.colwise() - rows.rowwise().mean();
    return centered * centered.transpose() / static_cast<float>(x.cells());
}

/// (3I − Z·Y)/2.
Matrix step(const Matrix& z, const Matrix& y) { return 1.5F * Matrix::Identity(y.rows(), y.cols()) - 0.5F * (z * y); }

/// The root after `iterations` steps of Newton and Schulz; `trace` is that of `s` and above 0.
Matrix squareRoot(const Matrix& s, float trace, int iterations) {
    const Matrix a = s / trace;
    const Matrix identity = Matrix::Identity(a.rows(), a.cols());
    Matrix z = 0.5F * (3.0F * identity - a);
    Matrix y = a * z;
    for (int k = 1; k < iterations - 1; ++k) {
        const Matrix t = step(z, y);
        const Matrix next = y * t;
        z = t * z;
        y = next;
    }
    return std::sqrt(trace) * (y * step(z, y));
}

class Soca final : public AttentionModule {
public:
    Soca(const Weights& weights, const ParamSet& params) : m_layers(weights), m_iterations(params.integer("iters")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const Matrix s = covariance(x);
        const float sum = s.trace();
        if (!(sum > 0.0F)) {
            return makeError(ErrorCode::BadValue,
                             FOVEA_TEXT("engine",
                                        "SOCA has no covariance to take the root of: every channel is constant; choose "
                                        "another picture."));
        }
        const auto asTensor = [&x](const Matrix& m) {
            return Tensor({x.channels(), x.channels()}, {m.data(), m.data() + m.size()});
        };
        trace.stage("covariance", "S = (x − mean)·(x − mean)ᵀ / N", [&] { return asTensor(s); });
        const Matrix root = squareRoot(s, sum, m_iterations);
        trace.stage("root", "R = S^½ by Newton and Schulz", [&] { return asTensor(root); });
        ops::Vector pooled(static_cast<std::size_t>(x.channels()));
        Eigen::Map<Eigen::RowVectorXf>(pooled.data(), x.channels()) = root.colwise().mean();
        trace.stage("squeeze", "v_c = mean over r of R_rc", [&] { return ops::toTensor(pooled); });
        auto hidden = ops::linear(pooled, m_layers.at("conv_du.0.weight"), m_layers.at("conv_du.0.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        auto gate = ops::linear(hidden, m_layers.at("conv_du.2.weight"), m_layers.at("conv_du.2.bias"));
        ops::sigmoidInPlace(gate.data(), gate.size());
        trace.stage("excite", "a = sigmoid(W2·relu(W0·v + b0) + b2)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        trace.stage("scale", "out_c = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
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
        .reference = "SOCA of daitao/SAN with Covpool and Sqrtm of jiangtaoxie/fast-MPN-COV src/representation/MPNCOV.py",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by a root of the covariance of all channels."),
        .params = {{.key = "reduction",
                    .label = FOVEA_TEXT("engine", "Reduction"),
                    .type = ParamType::Int,
                    .fallback = 8,
                    .min = 1,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has.")},
                   {.key = "iters",
                    .label = FOVEA_TEXT("engine", "Iterations"),
                    .type = ParamType::Int,
                    .fallback = 5,
                    .min = 2,
                    .max = 20,
                    .help = FOVEA_TEXT("engine", "Steps by which the root of the covariance is approached.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Soca>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
