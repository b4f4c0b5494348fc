// Rotate to Attend: Convolutional Triplet Attention Module (Misra et al., WACV 2021).
// Each of three branches pools one axis away, [maximum ; mean] in this order, and makes a gate over the other two:
//   g = sigmoid(BN(conv7×7(pooled))):  cw[c,j] without H,  hc[i,c] without W,  hw[i,j] without C.
//   out = x·(cw[c,j] + hc[i,c] + hw[i,j])/3, or x·(cw + hc)/2 with no_spatial.
// The convolutions of cw and hc run over the channels as over a second direction in space.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/broadcast.h"
#include "engine/kernels/elementwise.h"

namespace fovea {
namespace {

constexpr int kKernel = 7;

std::vector<const char*> branches(const ParamSet& params) {
    return params.boolean("no_spatial") ? std::vector{"cw", "hc"} : std::vector{"cw", "hc", "hw"};
}

std::vector<WeightSpec> weights(const InputShape&, const ParamSet& params) {
    std::vector<WeightSpec> specs;
    for (const std::string branch : branches(params)) {
        addConvolution(specs, branch + ".conv.conv", 1, 2, false, kKernel);
        addBatchNorm(specs, branch + ".conv.bn", 1);
    }
    return specs;
}

/// [maximum ; mean] as two channels of a height×width map.
FeatureMap pair(const FeatureMap& maximum, const FeatureMap& mean, int height, int width) {
    FeatureMap both(2, height, width);
    std::copy_n(maximum.data(), both.cells(), both.row(0));
    std::copy_n(mean.data(), both.cells(), both.row(1));
    return both;
}

class Triplet final : public AttentionModule {
public:
    Triplet(const Weights& weights, bool spatial) : m_layers(weights), m_spatial(spatial) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const int channels = x.channels();
        const FeatureMap cw = gate(pair(ops::maxOverHeight(x), ops::meanOverHeight(x), channels, x.width()), "cw", steps,
                                   "cw[c,j] = sigmoid(BN(conv7×7([max over H ; mean over H])))");
        // C×H to H×C, so that the rows are those of the picture.
        const FeatureMap hc = gate(
            pair(ops::channelsToCells(ops::maxOverWidth(x)), ops::channelsToCells(ops::meanOverWidth(x)), x.height(), channels),
            "hc", steps, "hc[i,c] = sigmoid(BN(conv7×7([max over W ; mean over W])))");
        FeatureMap hw;
        if (m_spatial) {
            hw = gate(pair(ops::channelMax(x), ops::channelMean(x), x.height(), x.width()), "hw", steps,
                      "hw[i,j] = sigmoid(BN(conv7×7([max over C ; mean over C])))");
        }
        const FeatureMap full = ops::meanOfPlanes(cw, hc, hw);
        steps.add("mean", m_spatial ? "A = (cw[c,j] + hc[i,c] + hw[i,j]) / 3" : "A = (cw[c,j] + hc[i,c]) / 2",
                  [&] { return ops::toTensor(full); });
        FeatureMap y = ops::multiply(x, full);
        steps.add("scale", "out = A · x", [&] { return ops::toTensor(y); });

        AttentionOutput result;
        result.frames.push_back(std::move(y));
        if (m_spatial) {
            result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), hw));
        }
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Mean of the gates"), full));
        result.maps.push_back(strip("cw", FOVEA_TEXT("engine", "Gate of channel and column"), cw, {1, x.width()}));
        result.maps.push_back(strip("hc", FOVEA_TEXT("engine", "Gate of row and channel"), hc,
                                    {.height = x.height(), .width = 1, .channelsLast = true}));
        return result;
    }

private:
    [[nodiscard]] FeatureMap gate(const FeatureMap& pooled, const std::string& branch, Steps& steps, const char* equation) const {
        FeatureMap g = m_layers.convolution(pooled, branch + ".conv.conv", {.padH = kKernel / 2, .padW = kKernel / 2});
        m_layers.batchNorm(g, branch + ".conv.bn");
        ops::sigmoidInPlace(g.data(), g.size());
        steps.add(branch.c_str(), equation, [&] { return ops::toTensor(g, true); });
        return g;
    }

    /// A map of one value per channel and place along one axis of the picture.
    static AttentionMap strip(const char* name, const char* title, const FeatureMap& gate, const FullMap& form) {
        return {.name = name, .kind = form, .role = MapRole::Gate, .title = title, .data = ops::toTensor(gate, true)};
    }

    Layers m_layers;
    bool m_spatial;
};

}  // namespace

const ModuleInfo& tripletModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "triplet",
        .title = "Triplet",
        .longTitle = FOVEA_TEXT("engine", "Triplet attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "Rotate to Attend: Convolutional Triplet Attention Module (Misra et al., WACV 2021)",
        .arxiv = "2010.03045",
        .reference = "landskape-ai/triplet-attention triplet_attention.py",
        .summary = FOVEA_TEXT("engine", "Averages three gates, each of which sees the features along another pair of axes."),
        .params = {{.key = "no_spatial",
                    .label = FOVEA_TEXT("engine", "Without the spatial branch"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Leaves out the gate which sees rows and columns.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Triplet>(w, !params.boolean("no_spatial"));
        }};
    return kInfo;
}

}  // namespace fovea
