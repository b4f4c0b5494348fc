// An Image is Worth 16x16 Words (Dosovitskiy et al., ICLR 2021): the multi-head self-attention of a ViT block.
// Tokens t_n are the positions in row-major order, d = C / heads:
//   [q; k; v] = W·t + b (W is 3C×C; head h owns the rows h·d … of each part),
//   A_h[n,m] = softmax over m of q_n·k_m / √d,  out = P·[A_1·v_1; A_2·v_2; …] + p.
// No residual, layer norm, positional embedding or class token.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {
namespace {

constexpr int kMaxHeads = 64;

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    std::vector<WeightSpec> specs{{"qkv.weight", {3 * channels, channels}, WeightInit::FanIn, channels},
                                  {"proj.weight", {channels, channels}, WeightInit::FanIn, channels},
                                  {"proj.bias", {channels}, WeightInit::FanIn, channels}};
    if (params.boolean("qkv_bias")) {
        specs.push_back({"qkv.bias", {3 * channels}, WeightInit::FanIn, channels});
    }
    return specs;
}

std::string workingHeads(int channels) {
    std::string out;
    for (int heads = 1; heads <= std::min(channels, kMaxHeads); ++heads) {
        if (channels % heads == 0) {
            out += (out.empty() ? "" : ", ") + std::to_string(heads);
        }
    }
    return out;
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const int heads = params.integer("heads");
    if (shape.channels % heads != 0) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine",
                       "%1 channels cannot be shared out evenly among %2 heads; choose one of these numbers of heads: %3."),
            {std::to_string(shape.channels), std::to_string(heads), workingHeads(shape.channels)});
    }
    return {};
}

/// `count` channels from `first` on.
FeatureMap channelSlice(const FeatureMap& x, int first, int count) {
    FeatureMap y(count, x.height(), x.width());
    std::copy_n(x.row(first), y.size(), y.data());
    return y;
}

class MultiHead final : public AttentionModule {
public:
    MultiHead(const Weights& weights, int heads, bool bias)
        : m_heads(heads),
          m_qkvWeight(weights.tensors.at("qkv.weight")),
          m_projWeight(weights.tensors.at("proj.weight")),
          m_projBias(weights.tensors.at("proj.bias")) {
        if (bias) {
            m_qkvBias = weights.tensors.at("qkv.bias");
        }
    }

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const int channels = x.channels();
        const FeatureMap qkv = ops::conv2d(x, m_qkvWeight, m_qkvBias);
        trace.stage("project", "[q; k; v] = W·t + b", [&] { return ops::toTensor(qkv); });
        const int depth = channels / m_heads;
        const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(depth)));
        auto attended = attend(channelSlice(qkv, 0, channels), channelSlice(qkv, channels, channels),
                               channelSlice(qkv, 2 * channels, channels), m_heads, scale, input.stop);
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        trace.stage("attend", "o_h = softmax(q_hᵀ·k_h / √d) · v_h", [&] { return ops::toTensor(attended->output); });

        AttentionOutput result;
        result.frames.push_back(ops::conv2d(attended->output, m_projWeight, m_projBias));
        trace.stage("merge", "out = P·[o_1; o_2; …] + p", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        return result;
    }

private:
    int m_heads;
    Tensor m_qkvWeight;
    Tensor m_qkvBias;
    Tensor m_projWeight;
    Tensor m_projBias;
};

}  // namespace

const ModuleInfo& mhsaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "mhsa",
        .title = "MHSA",
        .longTitle = FOVEA_TEXT("engine", "Multi-head self-attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2020,
        .paper = "An Image is Worth 16x16 Words (Dosovitskiy et al., ICLR 2021)",
        .arxiv = "2010.11929",
        .reference = "facebookresearch/TimeSformer timesformer/models/vit.py Attention",
        .summary =
            FOVEA_TEXT("engine", "Lets every position gather from all positions, once per head, as vision transformers do."),
        .params = {{.key = "heads",
                    .label = FOVEA_TEXT("engine", "Heads"),
                    .type = ParamType::Int,
                    .fallback = 8,
                    .min = 1,
                    .max = kMaxHeads,
                    .help = FOVEA_TEXT("engine", "How many attention matrices share the channels; it must divide their number.")},
                   {.key = "qkv_bias",
                    .label = FOVEA_TEXT("engine", "Query, key and value biases"),
                    .type = ParamType::Bool,
                    .fallback = true,
                    .help = FOVEA_TEXT("engine", "Whether query, key and value add a learned constant.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<MultiHead>(w, params.integer("heads"), params.boolean("qkv_bias"));
        }};
    return kInfo;
}

}  // namespace fovea
