// BAM: Bottleneck Attention Module (Park et al., BMVC 2018).
//   Channel branch: z = mean over H,W of x, then num_layers × relu(BN(W·z + b)) with C // r channels, Mc = W_f·z + b_f.
//   Spatial branch: 1×1 convolution to C // r channels, BN, relu; dilation_conv_num × relu(BN(3×3 convolution, dilation d));
//   Ms = a 1×1 convolution to one channel.
//   A = 1 + sigmoid(Mc_c ∘ Ms_ij),  out = A·x.
// ∘ is a product in the authors' code and a sum in the paper. Their pooling window is H×H; here it is the whole map, which is the
// same where H = W.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/broadcast.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

const std::string kChannelPart = "channel_att.gate_c.gate_c_";
const std::string kSpatialPart = "spatial_att.gate_s.gate_s_";

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int hidden = shape.channels / params.integer("reduction");
    std::vector<WeightSpec> specs;
    const auto addLinear = [&](const std::string& name, int outputs, int inputs) {
        specs.push_back({kChannelPart + name + ".weight", {outputs, inputs}, WeightInit::FanIn, inputs});
        specs.push_back({kChannelPart + name + ".bias", {outputs}, WeightInit::FanIn, inputs});
    };
    int inputs = shape.channels;
    for (int i = 0; i < params.integer("num_layers"); ++i) {
        addLinear("fc_" + std::to_string(i), hidden, inputs);
        addBatchNorm(specs, kChannelPart + "bn_" + std::to_string(i + 1), hidden);
        inputs = hidden;
    }
    addLinear("fc_final", shape.channels, inputs);
    addConvolution(specs, kSpatialPart + "conv_reduce0", hidden, shape.channels, true);
    addBatchNorm(specs, kSpatialPart + "bn_reduce0", hidden);
    for (int i = 0; i < params.integer("dilation_conv_num"); ++i) {
        addConvolution(specs, kSpatialPart + "conv_di_" + std::to_string(i), hidden, hidden, true, 3);
        addBatchNorm(specs, kSpatialPart + "bn_di_" + std::to_string(i), hidden);
    }
    addConvolution(specs, kSpatialPart + "conv_final", 1, hidden, true);
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet& params) { return checkReduction("BAM", shape.channels, params); }

class Bam final : public AttentionModule {
public:
    Bam(const Weights& weights, const ParamSet& params)
        : m_layers(weights),
          m_channelLayers(params.integer("num_layers")),
          m_dilatedLayers(params.integer("dilation_conv_num")),
          m_dilation(params.integer("dilation")),
          m_adds(params.choice("combine") == "add") {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap channel = channelBranch(x, steps);
        const FeatureMap spatial = spatialBranch(x, steps);
        const ops::Vector perChannel(channel.data(), channel.data() + channel.size());
        FeatureMap full =
            m_adds ? ops::channelsPlusPositions(perChannel, spatial) : ops::channelsTimesPositions(perChannel, spatial);
        ops::sigmoidInPlace(full.data(), full.size());
        ops::scaleAndShift(full.data(), full.size(), 1.0F, 1.0F);
        steps.add("combine", m_adds ? "A = 1 + sigmoid(Mc_c + Ms_ij)" : "A = 1 + sigmoid(Mc_c · Ms_ij)",
                  [&] { return ops::toTensor(full); });
        FeatureMap y = ops::multiply(x, full);
        steps.add("scale", "out = A · x", [&] { return ops::toTensor(y); });

        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Gate"), full));
        result.maps.push_back(
            spatialMap("spatial", MapRole::Saliency, FOVEA_TEXT("engine", "Spatial branch before the gate"), spatial));
        result.maps.push_back({.name = "channel",
                               .kind = ChannelMap{},
                               .role = MapRole::Saliency,
                               .title = FOVEA_TEXT("engine", "Channel branch before the gate"),
                               .data = ops::toTensor(perChannel)});
        return result;
    }

private:
    [[nodiscard]] FeatureMap channelBranch(const FeatureMap& x, Steps& steps) const {
        const auto means = ops::globalMean(x);
        FeatureMap z(x.channels(), 1, 1);
        std::copy(means.begin(), means.end(), z.data());
        steps.add("squeeze", "z_c = mean over H,W of x_c", [&] { return ops::toTensor(means); });
        for (int i = 0; i < m_channelLayers; ++i) {
            z = m_layers.rectified(z, kChannelPart + "fc_" + std::to_string(i), kChannelPart + "bn_" + std::to_string(i + 1));
        }
        z = m_layers.convolution(z, kChannelPart + "fc_final");
        steps.add("channel branch", "Mc = W_f·relu(BN(W·z + b)) + b_f", [&] { return ops::toTensor(z); });
        return z;
    }

    [[nodiscard]] FeatureMap spatialBranch(const FeatureMap& x, Steps& steps) const {
        FeatureMap y = m_layers.rectified(x, kSpatialPart + "conv_reduce0", kSpatialPart + "bn_reduce0");
        steps.add("reduce", "y = relu(BN(W·x + b))", [&] { return ops::toTensor(y); });
        for (int i = 0; i < m_dilatedLayers; ++i) {
            y = m_layers.convolution(y, kSpatialPart + "conv_di_" + std::to_string(i),
                                     {.padH = m_dilation, .padW = m_dilation, .dilation = m_dilation});
            m_layers.batchNorm(y, kSpatialPart + "bn_di_" + std::to_string(i));
            ops::reluInPlace(y.data(), y.size());
            steps.add("dilate", "y = relu(BN(conv3×3, dilated(y)))", [&] { return ops::toTensor(y); });
        }
        y = m_layers.convolution(y, kSpatialPart + "conv_final");
        steps.add("spatial branch", "Ms = w·y + b", [&] { return ops::toTensor(y, true); });
        return y;
    }

    Layers m_layers;
    int m_channelLayers;
    int m_dilatedLayers;
    int m_dilation;
    bool m_adds;
};

ParamSpec number(const char* key, const char* label, int fallback, int min, int max, const char* help) {
    return {.key = key,
            .label = label,
            .type = ParamType::Int,
            .fallback = fallback,
            .min = double(min),
            .max = double(max),
            .help = help};
}

}  // namespace

const ModuleInfo& bamModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "bam",
        .title = "BAM",
        .longTitle = FOVEA_TEXT("engine", "Bottleneck attention module"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2018,
        .paper = "BAM: Bottleneck Attention Module (Park et al., BMVC 2018)",
        .arxiv = "1807.06514",
        .reference = "Jongchan/attention-module MODELS/bam.py, with a global mean for every shape of map",
        .summary = FOVEA_TEXT("engine", "Weighs every value by a gate made of a channel branch and a dilated spatial branch."),
        .params = {number("reduction", FOVEA_TEXT("engine", "Reduction"), 16, 1, 256,
                          FOVEA_TEXT("engine", "How many times fewer channels the hidden layers have.")),
                   number("num_layers", FOVEA_TEXT("engine", "Channel layers"), 1, 0, 16,
                          FOVEA_TEXT("engine", "Hidden layers of the channel branch.")),
                   number("dilation_conv_num", FOVEA_TEXT("engine", "Dilated layers"), 2, 0, 16,
                          FOVEA_TEXT("engine", "Dilated 3×3 convolutions of the spatial branch.")),
                   number("dilation", FOVEA_TEXT("engine", "Dilation"), 4, 1, 64,
                          FOVEA_TEXT("engine", "How many cells the taps of the dilated convolutions lie apart.")),
                   {.key = "combine",
                    .label = FOVEA_TEXT("engine", "Combination"),
                    .type = ParamType::Choice,
                    .fallback = std::string("mul"),
                    .choices = {"mul", "add"},
                    .help = FOVEA_TEXT("engine",
                                       "Whether the branches are multiplied, as in the authors' code, or added, as in the "
                                       "paper.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Bam>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
