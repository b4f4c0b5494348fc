#include "engine/attention/non_local.h"

#include <algorithm>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

int innerChannels(const InputShape& shape, const ParamSet& params) {
    const int chosen = params.integer("inter");
    return chosen > 0 ? chosen : std::max(1, shape.channels / 2);
}

/// In the reference a layer which is followed by another one is the first of a sequence.
std::string layerName(const char* layer, bool followed) { return followed ? std::string(layer) + ".0" : layer; }

}  // namespace

std::vector<ParamSpec> NonLocal::params() {
    return {{.key = "inter",
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
             .help = FOVEA_TEXT("engine", "Whether what is gathered is normalised before it is added.")}};
}

std::vector<WeightSpec> NonLocal::weights(const InputShape& shape, const ParamSet& params, Affinity affinity, std::size_t axes) {
    const int channels = shape.channels;
    const int inner = innerChannels(shape, params);
    const bool pools = params.boolean("sub_sample");
    const bool normalized = params.boolean("bn_layer");
    std::vector<WeightSpec> specs;
    const auto add = [&](const std::string& layer, int outputs, int inputs) {
        Shape kernel{outputs, inputs};
        kernel.resize(2 + axes, 1);
        specs.push_back({layer + ".weight", kernel, WeightInit::FanIn, inputs});
        specs.push_back({layer + ".bias", {outputs}, WeightInit::FanIn, inputs});
    };
    if (affinity != Affinity::Gaussian) {
        add("theta", inner, channels);
        add(layerName("phi", pools), inner, channels);
    }
    add(layerName("g", pools), inner, channels);
    add(layerName("W", normalized), channels, inner);
    if (normalized) {
        addBatchNorm(specs, "W.1", channels);
    }
    return specs;
}

Result<void> NonLocal::check(const InputShape& shape, const ParamSet& params, const char* title) {
    if (params.boolean("sub_sample") && (shape.height < 2 || shape.width < 2)) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "%1 has no keys left: %2 positions cannot be pooled by 2×2; turn sub-sampling off or choose "
                                    "a smaller stride."),
                         {title, std::to_string(shape.height) + "×" + std::to_string(shape.width)});
    }
    return {};
}

NonLocal::NonLocal(const Weights& weights, const ParamSet& params, Affinity affinity)
    : m_layers(weights), m_affinity(affinity), m_pooled(params.boolean("sub_sample")), m_normalized(params.boolean("bn_layer")) {}

Result<AttentionOutput> NonLocal::run(const ModuleInput& input, Steps& steps) const {
    const int frames = static_cast<int>(input.frames.size());
    const FeatureMap x = ops::joinFrames(input.frames);
    auto attended = gather(x, frames, input.stop, steps);
    if (!attended) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
    }
    FeatureMap out = m_layers.convolution(attended->output, layerName("W", m_normalized));
    if (m_normalized) {
        m_layers.batchNorm(out, "W.1");
    }
    ops::add(out, x);
    steps.add("residual", m_normalized ? "out = BN(W·y + b) + x" : "out = W·y + b + x", [&] { return ops::toTensor(out); });

    const int pooling = m_pooled ? 2 : 1;
    AttentionMap map = selfAttentionMap(x.height() / frames, x.width(), std::move(attended->factors), frames);
    map.role = m_affinity == Affinity::Dot ? MapRole::Saliency : MapRole::Distribution;
    auto& sides = std::get<PairwiseMap>(map.kind);
    sides.keys.height = sides.queries.height / pooling;
    sides.keys.width = sides.queries.width / pooling;
    AttentionOutput result;
    result.frames = ops::splitFrames(out, frames);
    result.maps.push_back(std::move(map));
    return result;
}

std::optional<Attended> NonLocal::gather(const FeatureMap& x, int frames, const std::stop_token& stop, Steps& steps) const {
    const bool embedded = m_affinity != Affinity::Gaussian;
    FeatureMap query = embedded ? m_layers.convolution(x, "theta") : x;
    FeatureMap key = pooled(embedded ? m_layers.convolution(x, layerName("phi", m_pooled)) : x, frames);
    const FeatureMap value = pooled(m_layers.convolution(x, layerName("g", m_pooled)), frames);
    if (embedded) {
        steps.add("theta", "θ = W_θ·x + b_θ", [&] { return ops::toTensor(query); });
        steps.add("phi", m_pooled ? "φ = maxpool(W_φ·x + b_φ)" : "φ = W_φ·x + b_φ", [&] { return ops::toTensor(key); });
    } else if (m_pooled) {
        steps.add("phi", "φ = maxpool(x)", [&] { return ops::toTensor(key); });
    }
    steps.add("g", m_pooled ? "g = maxpool(W_g·x + b_g)" : "g = W_g·x + b_g", [&] { return ops::toTensor(value); });
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    auto attended = m_affinity == Affinity::Dot
                        ? attendLinear(std::move(query), std::move(key), value, 1.0F / static_cast<float>(value.cells()))
                        : attend(std::move(query), std::move(key), value, 1, 1.0F, stop);
    if (attended) {
        const char* equation = m_affinity == Affinity::Dot        ? "y_p = Σ_q (θ_p · φ_q / N') · g_q"
                               : m_affinity == Affinity::Embedded ? "y_p = Σ_q softmax_q(θ_p · φ_q) · g_q"
                               : m_pooled                         ? "y_p = Σ_q softmax_q(x_p · φ_q) · g_q"
                                                                  : "y_p = Σ_q softmax_q(x_p · x_q) · g_q";
        steps.add("attend", equation, [&] { return ops::toTensor(attended->output); });
    }
    return attended;
}

/// Every channel of every frame is one plane.
FeatureMap NonLocal::pooled(FeatureMap x, int frames) const {
    if (!m_pooled) {
        return x;
    }
    const int channels = x.channels();
    x.reshape(channels * frames, x.height() / frames, x.width());
    x = ops::maxPool(x, 2, 2, 0);
    x.reshape(channels, frames * x.height(), x.width());
    return x;
}

}  // namespace fovea
