// RGA: Relation-Aware Global Attention for Person Re-identification (Zhang et al., CVPR 2020), positions first, then channels.
// Every embedding e(·) is a 1×1 convolution without bias, BN and relu. Of N nodes with features th and ph:
//   G[p,q] = th_p·ph_q;  node p is described by e_gg([G[p,·] ; G[·,p]]) and by the mean of e_gx(its features):
//   a = sigmoid(BN(W3·relu(BN(W0·[mean e_gx ; e_gg])))).
// Positions: nodes are the N = H·W positions, out a_s·x. Channels: the same with the C channels of a_s·x as nodes and the
// positions as their features. gg_spatial has 2N inputs and gx_channel N, so that the weights are tied to one size. Σ_r
// Wa[o,r]·th_p·ph_r = (Wa·phᵀ)[o]·th_p: the N×N relations are never built.

#include <algorithm>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/product.h"

namespace fovea {
namespace {

constexpr int kRatio = 8;
constexpr std::int64_t kMostValues = std::int64_t{1} << 28;

/// Sizes of the inner layers. A ratio of 0 takes the reference's 8 where that leaves something.
struct Plan {
    int positions = 0, innerChannels = 0, innerPositions = 0, hiddenSpatial = 0, hiddenChannel = 0;
};

int divided(int count, int ratio, int leastCount) { return count / (ratio > 0 ? ratio : std::min(kRatio, leastCount)); }

Plan planFor(const InputShape& shape, const ParamSet& params) {
    Plan plan;
    plan.positions = shape.height * shape.width;
    plan.innerChannels = divided(shape.channels, params.integer("cha"), shape.channels);
    plan.innerPositions = divided(plan.positions, params.integer("spa"), plan.positions);
    const int least = 1 + std::min(plan.innerChannels, plan.innerPositions);
    plan.hiddenSpatial = divided(1 + plan.innerPositions, params.integer("down"), least);
    plan.hiddenChannel = divided(1 + plan.innerChannels, params.integer("down"), least);
    return plan;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const Plan plan = planFor(shape, params);
    std::vector<WeightSpec> specs;
    const auto embedding = [&](const std::string& layer, int outputs, int inputs) {
        addConvolution(specs, layer + ".0", outputs, inputs, false);
        addBatchNorm(specs, layer + ".1", outputs);
    };
    const auto part = [&](const std::string& kind, int nodes, int features, int inner, int described, int hidden) {
        for (const char* layer : {"gx_", "theta_", "phi_"}) {
            embedding(layer + kind, inner, features);
        }
        embedding("gg_" + kind, described, 2 * nodes);
        embedding("W_" + kind, hidden, 1 + described);
        specs[specs.size() - 3].init = WeightInit::One;  // the few hidden values must not all be cut off by relu
        addConvolution(specs, "W_" + kind + ".3", 1, hidden, false);
        addBatchNorm(specs, "W_" + kind + ".4", 1);
    };
    part("spatial", plan.positions, shape.channels, plan.innerChannels, plan.innerPositions, plan.hiddenSpatial);
    part("channel", shape.channels, plan.positions, plan.innerPositions, plan.innerChannels, plan.hiddenChannel);
    return specs;
}

Result<void> checkGrid(const InputShape& shape, const ParamSet& params) {
    const int height = params.integer("H"), width = params.integer("W");
    if ((height > 0 && height != shape.height) || (width > 0 && width != shape.width)) {
        const auto text = [](int h, int w) { return std::to_string(h) + "×" + std::to_string(w); };
        return makeError(
            ErrorCode::BadShape, FOVEA_TEXT("engine", "RGA is set to a grid of %1, but these features have %2; make them agree."),
            {text(height > 0 ? height : shape.height, width > 0 ? width : shape.width), text(shape.height, shape.width)});
    }
    return {};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (auto grid = checkGrid(shape, params); !grid) {
        return grid;
    }
    const Plan plan = planFor(shape, params);
    if (std::min({plan.innerChannels, plan.innerPositions, plan.hiddenSpatial, plan.hiddenChannel}) < 1) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine",
                       "RGA has nothing to compute: its ratios leave no inner layer of %1 channels and %2 positions; "
                       "choose smaller ratios, or 0 to have them chosen."),
            {std::to_string(shape.channels), std::to_string(plan.positions)});
    }
    if (std::int64_t{2} * plan.positions * plan.innerPositions > kMostValues) {
        return makeError(
            ErrorCode::TooLarge,
            FOVEA_TEXT("engine", "RGA needs weights for every pair of positions, too many for %1; choose a coarser grid."),
            {std::to_string(plan.positions)});
    }
    return {};
}

class RelationAware final : public AttentionModule {
public:
    explicit RelationAware(const Weights& weights) : m_layers(weights) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap spatial = gate(x, "spatial", steps, "spatial gate");
        spatial.reshape(1, x.height(), x.width());
        FeatureMap y = ops::scalePositions(x, spatial);
        steps.add("refine", "x1 = a_s · x", [&] { return ops::toTensor(y); });
        if (input.stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        const FeatureMap channel = gate(ops::channelsToCells(y), "channel", steps, "channel gate");
        const ops::Vector factors(channel.data(), channel.data() + channel.size());
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(y, factors));
        steps.add("scale", "out = a_c · x1", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(spatialMap("spatial", MapRole::Gate, FOVEA_TEXT("engine", "Spatial gate"), spatial));
        result.maps.push_back(channelGateMap(factors));
        return result;
    }

private:
    [[nodiscard]] FeatureMap embedded(const FeatureMap& x, const std::string& layer) const {
        return m_layers.rectified(x, layer + ".0", layer + ".1");
    }

    /// One gate per cell of x, whose rows are the nodes' features.
    [[nodiscard]] FeatureMap gate(const FeatureMap& x, const std::string& kind, Steps& steps, const char* step) const {
        const FeatureMap own = ops::channelMean(embedded(x, "gx_" + kind));
        steps.add("own features", "g = mean of e_gx(x)", [&] { return ops::toTensor(own); });
        const FeatureMap relations = described(embedded(x, "theta_" + kind), embedded(x, "phi_" + kind), "gg_" + kind);
        steps.add("relations", "r = e_gg([G[p,·] ; G[·,p]]), G[p,q] = th_p·ph_q", [&] { return ops::toTensor(relations); });
        FeatureMap joined(1 + relations.channels(), x.height(), x.width());
        std::copy_n(relations.data(), relations.size(), std::copy_n(own.data(), own.size(), joined.data()));
        FeatureMap a = embedded(joined, "W_" + kind);
        a = m_layers.normalized(a, "W_" + kind + ".3", "W_" + kind + ".4");
        ops::sigmoidInPlace(a.data(), a.size());
        steps.add(step, "a = sigmoid(BN(W3·relu(BN(W0·[g ; r]))))", [&] { return ops::toTensor(a); });
        return a;
    }

    /// e_gg of the relations of all nodes: [Wa | Wb]·[G ; Gᵀ] = (Wa·phᵀ)·th + (Wb·thᵀ)·ph.
    [[nodiscard]] FeatureMap described(const FeatureMap& th, const FeatureMap& ph, const std::string& layer) const {
        const Tensor& weight = m_layers.at(layer + ".0.weight");
        const int nodes = th.cells(), depth = th.channels();
        const ops::ConstMatrixView w = ops::matrixOf(weight);
        Tensor mixed(Shape{weight.dim(0), 2 * depth});
        const ops::MatrixView m = ops::matrixOf(mixed);
        ops::product(ops::columnsOf(w, 0, nodes), ops::transposed(ops::matrixOf(ph)), ops::columnsOf(m, 0, depth));
        ops::product(ops::columnsOf(w, nodes, nodes), ops::transposed(ops::matrixOf(th)), ops::columnsOf(m, depth, depth));
        FeatureMap both(2 * depth, th.height(), th.width());
        std::copy_n(ph.data(), ph.size(), std::copy_n(th.data(), th.size(), both.data()));
        FeatureMap y = ops::conv2d(both, mixed, {});
        m_layers.batchNorm(y, layer + ".1");
        ops::reluInPlace(y.data(), y.size());
        return y;
    }

    Layers m_layers;
};

ParamSpec number(const char* key, const char* label, int max, const char* help) {
    return {.key = key, .label = label, .type = ParamType::Int, .fallback = 0, .max = static_cast<double>(max), .help = help};
}

}  // namespace

const ModuleInfo& rgaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "rga",
        .title = "RGA",
        .longTitle = FOVEA_TEXT("engine", "Relation-aware global attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2020,
        .paper = "Relation-Aware Global Attention for Person Re-identification (Zhang et al., CVPR 2020)",
        .arxiv = "1904.02998",
        .reference = "microsoft/Relation-Aware-Global-Attention-Networks reid/models/models_utils/rga_modules.py RGA_Module",
        .summary = FOVEA_TEXT("engine", "Weighs positions, then channels, by how each relates to all the others."),
        .params = {number("cha", FOVEA_TEXT("engine", "Channel ratio"), 4096,
                          FOVEA_TEXT("engine", "How many times fewer inner channels there are; 0 takes 8, or all there are.")),
                   number("spa", FOVEA_TEXT("engine", "Position ratio"), 65536,
                          FOVEA_TEXT("engine", "How many times fewer inner positions there are; 0 takes 8, or all there are.")),
                   number("down", FOVEA_TEXT("engine", "Hidden ratio"), 65536,
                          FOVEA_TEXT("engine",
                                     "How many times fewer values the last hidden layers have; 0 takes 8, or what "
                                     "leaves one.")),
                   number("H", FOVEA_TEXT("engine", "Grid height"), 1024,
                          FOVEA_TEXT("engine", "Rows of the grid the weights are made for; 0 takes what is usual.")),
                   number("W", FOVEA_TEXT("engine", "Grid width"), 1024,
                          FOVEA_TEXT("engine", "Columns of the grid the weights are made for; 0 takes what is usual."))},
        .weights = weights,
        .check = check,
        .tied = [](const ParamSet&) { return true; },
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<RelationAware>(w);
        }};
    return kInfo;
}

}  // namespace fovea
