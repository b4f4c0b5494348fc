// Non-local Neural Networks (Wang et al., CVPR 2018), embedded Gaussian over all positions of all frames of a clip.
//   θ, φ, g: 1×1×1 convolutions with bias, C → inter;  A[p,q] = softmax over q of θ_p·φ_q (no scaling);
//   y_p = Σ_q A[p,q]·g_q,  out = BN(W·y + b) + x (the batch norm only with bn_layer).
// With sub_sample, φ and g are max-pooled by 1×2×2 after their convolutions; the queries never are.

#include <algorithm>

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {
namespace {

int innerChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("inter");
    return chosen > 0 ? chosen : std::max(1, shape.channels / 2);
}

/// In the reference a layer which is followed by another one is the first of a sequence.
std::string layerName(const char* layer, bool followed) { return followed ? std::string(layer) + ".0" : layer; }

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int inner = innerChannels(shape, params);
    const bool pooled = params.boolean("sub_sample");
    const bool normalized = params.boolean("bn_layer");
    std::vector<WeightSpec> specs;
    const auto add = [&specs](const std::string& layer, int outputs, int inputs) {
        specs.push_back({layer + ".weight", {outputs, inputs, 1, 1, 1}, WeightInit::FanIn, inputs});
        specs.push_back({layer + ".bias", {outputs}, WeightInit::FanIn, inputs});
    };
    add("theta", inner, channels);
    add(layerName("phi", pooled), inner, channels);
    add(layerName("g", pooled), inner, channels);
    add(layerName("W", normalized), channels, inner);
    if (normalized) {
        specs.insert(specs.end(), {{"W.1.weight", {channels}, WeightInit::One},
                                   {"W.1.bias", {channels}, WeightInit::Zero},
                                   {"W.1.running_mean", {channels}, WeightInit::Zero},
                                   {"W.1.running_var", {channels}, WeightInit::One}});
    }
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (params.boolean("sub_sample") && (shape.height < 2 || shape.width < 2)) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine",
                       "Space-time non-local has no keys left: %1 positions cannot be pooled by 2×2; turn sub-sampling "
                       "off or choose a smaller stride."),
            {std::to_string(shape.height) + "×" + std::to_string(shape.width)});
    }
    return {};
}

class SpaceTimeNonLocal final : public AttentionModule {
public:
    SpaceTimeNonLocal(const Weights& weights, const ParamSet& params)
        : m_weights(weights.tensors), m_pooled(params.boolean("sub_sample")), m_normalized(params.boolean("bn_layer")) {
        for (auto& [name, tensor] : m_weights) {
            if (tensor.shape.size() == 5) {  // 1×1×1: a product
                tensor.shape.resize(2);
            }
        }
    }

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const int frames = static_cast<int>(input.frames.size());
        const FeatureMap x = ops::joinFrames(input.frames);
        FeatureMap query = project(x, "theta");
        FeatureMap key = keysOf(x, "phi", frames);
        const FeatureMap value = keysOf(x, "g", frames);
        trace.stage("theta", "θ = W_θ·x + b_θ", [&] { return ops::toTensor(query); });
        trace.stage("phi", m_pooled ? "φ = maxpool(W_φ·x + b_φ)" : "φ = W_φ·x + b_φ", [&] { return ops::toTensor(key); });
        trace.stage("g", m_pooled ? "g = maxpool(W_g·x + b_g)" : "g = W_g·x + b_g", [&] { return ops::toTensor(value); });
        auto attended = attend(std::move(query), std::move(key), value, 1, 1.0F, input.stop);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        trace.stage("attend", "y_p = Σ_q softmax_q(θ_p · φ_q) · g_q", [&] { return ops::toTensor(attended->output); });
        FeatureMap out = project(attended->output, layerName("W", m_normalized));
        if (m_normalized) {
            ops::batchNorm(out, m_weights.at("W.1.weight"), m_weights.at("W.1.bias"), m_weights.at("W.1.running_mean"),
                           m_weights.at("W.1.running_var"));
        }
        std::transform(out.data(), out.data() + out.size(), x.data(), out.data(), std::plus<>());
        trace.stage("residual", m_normalized ? "out = BN(W·y + b) + x" : "out = W·y + b + x", [&] { return ops::toTensor(out); });

        AttentionMap map = selfAttentionMap(x.height() / frames, x.width(), std::move(attended->factors));
        map.gridFrames = map.keyFrames = frames;
        map.keyHeight = value.height() / frames;
        map.keyWidth = value.width();
        AttentionOutput result;
        result.frames = ops::splitFrames(out, frames);
        result.maps.push_back(std::move(map));
        return result;
    }

private:
    [[nodiscard]] FeatureMap project(const FeatureMap& x, const std::string& layer) const {
        return ops::conv2d(x, m_weights.at(layer + ".weight"), m_weights.at(layer + ".bias"));
    }

    /// φ or g, pooled within each frame: every channel of every frame is one plane.
    [[nodiscard]] FeatureMap keysOf(const FeatureMap& x, const char* layer, int frames) const {
        FeatureMap y = project(x, layerName(layer, m_pooled));
        if (!m_pooled) {
            return y;
        }
        const int channels = y.channels();
        y.reshape(channels * frames, y.height() / frames, y.width());
        y = ops::maxPool(y, 2, 2, 0);
        y.reshape(channels, frames * y.height(), y.width());
        return y;
    }

    std::map<std::string, Tensor> m_weights;
    bool m_pooled;
    bool m_normalized;
};

}  // namespace

const ModuleInfo& spacetime_nonlocalModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "spacetime_nonlocal",
        .title = "Space-time NL",
        .longTitle = FOVEA_TEXT("engine", "Space-time non-local block"),
        .domain = Domain::SpatialTemporal,
        .kind = AttentionKind::Self,
        .needs = {.clip = true},
        .year = 2018,
        .paper = "Non-local Neural Networks (Wang et al., CVPR 2018)",
        .arxiv = "1711.07971",
        .reference = "AlexHex7/Non-local_pytorch lib/non_local_embedded_gaussian.py NONLocalBlock3D",
        .summary =
            FOVEA_TEXT("engine", "Lets every position of every frame gather from all positions of all frames of the clip."),
        .params = {{.key = "inter",
                    .label = FOVEA_TEXT("engine", "Inner channels"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Length of queries, keys and values; 0 takes half the channels.")},
                   {.key = "sub_sample",
                    .label = FOVEA_TEXT("engine", "Sub-sampling"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether keys and values are max-pooled by 2×2 within each frame.")},
                   {.key = "bn_layer",
                    .label = FOVEA_TEXT("engine", "Batch norm"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether what is gathered is normalised before it is added.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SpaceTimeNonLocal>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
