// TAM: Temporal Adaptive Module for Video Recognition (Liu et al., ICCV 2021). p[c,t] = mean over H,W of frame t's channel c.
// Global branch, of each row p[c,:] alike: w[c,:] = softmax(W3·relu(BN(W0·p[c,:]))), T → 2T → K, no biases.
// Local branch, of p as C channels over time: l = sigmoid(conv1(relu(BN(conv_K(p))))), C → C // 4 → C, no biases, zero padding.
//   y_t = l[:,t]·x_t,  out_t[c] = Σ_k w[c,k]·y_{t+k−K//2}[c], zero outside the clip.
// The local branch multiplies before the temporal convolution.

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/parallel.h"

namespace fovea {
namespace {

constexpr int kReduction = 4;

void addBatchNorm(std::vector<WeightSpec>& specs, const std::string& layer, int channels) {
    specs.push_back({layer + ".weight", {channels}, WeightInit::One});
    specs.push_back({layer + ".bias", {channels}, WeightInit::Zero});
    specs.push_back({layer + ".running_mean", {channels}, WeightInit::Zero});
    specs.push_back({layer + ".running_var", {channels}, WeightInit::One});
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int frames = shape.frames;
    const int channels = shape.channels;
    const int hidden = channels / kReduction;
    const int taps = params.integer("K");
    std::vector<WeightSpec> specs{{"G.0.weight", {2 * frames, frames}, WeightInit::FanIn, frames},
                                  {"G.3.weight", {taps, 2 * frames}, WeightInit::FanIn, 2 * frames},
                                  {"L.0.weight", {hidden, channels, taps}, WeightInit::FanIn, channels * taps},
                                  {"L.3.weight", {channels, hidden, 1}, WeightInit::FanIn, hidden}};
    addBatchNorm(specs, "G.1", 2 * frames);
    addBatchNorm(specs, "L.1", hidden);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (shape.channels < kReduction) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine",
                       "TAM needs at least 4 channels, but these features have %1; choose features with more channels."),
            {std::to_string(shape.channels)});
    }
    if (params.integer("K") % 2 == 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "TAM needs an odd number of frames in its kernel, not %1; choose an odd number."),
                         {std::to_string(params.integer("K"))});
    }
    return {};
}

class TemporalAdaptive final : public AttentionModule {
public:
    TemporalAdaptive(const Weights& weights, int taps) : m_weights(weights.tensors), m_taps(taps) {
        // A convolution over time is one over maps of the height 1.
        for (const char* name : {"L.0.weight", "L.3.weight"}) {
            auto& shape = m_weights.at(name).shape;
            shape.insert(shape.begin() + 2, 1);
        }
    }

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap pooled = ops::frameMeans(input.frames);
        steps.add("pool", "p[c,t] = mean over H,W of x_t,c", [&] { return ops::toTensor(pooled); });
        const Tensor kernel = globalBranch(pooled, steps);
        const FeatureMap local = localBranch(pooled, steps);
        AttentionOutput result;
        for (const FeatureMap* frame : input.frames) {
            result.frames.emplace_back(frame->channels(), frame->height(), frame->width());
        }
        parallelFor(static_cast<int>(input.frames.size()), [&](int first, int last) {
            for (int t = first; t < last && !input.stop.stop_requested(); ++t) {
                aggregate(input.frames, local, kernel, t, result.frames[static_cast<std::size_t>(t)]);
            }
        });
        if (input.stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        steps.add("aggregate", "out_t = Σ_k w_k · l_{t+k−K//2} · x_{t+k−K//2}", [&] { return ops::toTensor(result.frames); });
        const FeatureMap byFrame = ops::channelsToCells(local);
        result.maps.push_back(temporalMap(MapRole::Gate, FOVEA_TEXT("engine", "Importance of each frame"),
                                          {{byFrame.channels(), byFrame.cells()}, ops::toTensor(byFrame).values}));
        result.maps.push_back(
            branchMap("kernel", MapRole::Distribution, FOVEA_TEXT("engine", "Temporal kernel of each channel"), kernel));
        return result;
    }

private:
    [[nodiscard]] const Tensor& weight(const std::string& name) const { return m_weights.at(name); }

    void normalize(FeatureMap& x, const std::string& layer) const {
        ops::batchNorm(x, weight(layer + ".weight"), weight(layer + ".bias"), weight(layer + ".running_mean"),
                       weight(layer + ".running_var"));
        ops::reluInPlace(x.data(), x.size());
    }

    /// w [C×K]; every row sums to 1.
    [[nodiscard]] Tensor globalBranch(const FeatureMap& pooled, Steps& steps) const {
        FeatureMap hidden = ops::conv2d(ops::channelsToCells(pooled), weight("G.0.weight"), {});
        normalize(hidden, "G.1");
        steps.add("global", "h = relu(BN(W0·p_c))", [&] { return ops::toTensor(hidden); });
        const FeatureMap logits = ops::channelsToCells(ops::conv2d(hidden, weight("G.3.weight"), {}));
        Tensor kernel{{logits.channels(), m_taps}, ops::toTensor(logits).values};
        ops::softmax(kernel, 1);
        steps.add("kernel", "w_c = softmax over K of W3·h", [&] { return kernel; });
        return kernel;
    }

    /// l, C×1×T.
    [[nodiscard]] FeatureMap localBranch(const FeatureMap& pooled, Steps& steps) const {
        FeatureMap hidden = ops::conv2d(pooled, weight("L.0.weight"), {}, {.padW = m_taps / 2});
        normalize(hidden, "L.1");
        steps.add("local", "h = relu(BN(conv_K(p)))", [&] { return ops::toTensor(hidden); });
        FeatureMap gate = ops::conv2d(hidden, weight("L.3.weight"), {});
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("importance", "l = sigmoid(conv1(h))", [&] { return ops::toTensor(gate); });
        return gate;
    }

    void aggregate(const std::vector<const FeatureMap*>& frames, const FeatureMap& local, const Tensor& kernel, int t,
                   FeatureMap& out) const {
        for (int k = 0; k < m_taps; ++k) {
            const int from = t + k - m_taps / 2;
            if (from < 0 || from >= static_cast<int>(frames.size())) {
                continue;
            }
            for (int c = 0; c < out.channels(); ++c) {
                const float factor = kernel.values[static_cast<std::size_t>(c * m_taps + k)] * local.row(c)[from];
                const float* x = frames[static_cast<std::size_t>(from)]->row(c);
                ops::addScaled(out.row(c), x, static_cast<std::size_t>(out.cells()), factor);
            }
        }
    }

    std::map<std::string, Tensor> m_weights;
    int m_taps;
};

}  // namespace

const ModuleInfo& tamModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "tam",
        .title = "TAM",
        .longTitle = FOVEA_TEXT("engine", "Temporal adaptive module"),
        .domain = Domain::Temporal,
        .kind = AttentionKind::Soft,
        .needs = {.clip = true},
        .year = 2021,
        .paper = "TAM: Temporal Adaptive Module for Video Recognition (Liu et al., ICCV 2021)",
        .arxiv = "2005.06803",
        .reference = "liu-zhy/temporal-adaptive-module ops/temporal_module.py TAM",
        .summary =
            FOVEA_TEXT("engine", "Weighs each channel of each frame and then mixes neighbouring frames by a kernel of its own."),
        .params = {{.key = "K",
                    .label = FOVEA_TEXT("engine", "Frames in the kernel"),
                    .type = ParamType::Int,
                    .fallback = 3,
                    .min = 1,
                    .max = 63,
                    .help = FOVEA_TEXT("engine", "How many neighbouring frames are mixed, an odd number.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<TemporalAdaptive>(w, params.integer("K"));
        }};
    return kInfo;
}

}  // namespace fovea
