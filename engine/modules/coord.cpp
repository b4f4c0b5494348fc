// Coordinate Attention for Efficient Mobile Network Design (Hou et al., CVPR 2021).
//   ph[c,i] = mean over W, pw[c,j] = mean over H; y = h_swish(BN(conv1([ph ; pw]))), one conv1 and BN for both directions;
//   a_h = sigmoid(conv_h(y_h)), a_w = sigmoid(conv_w(y_w)),  out[c,i,j] = x·a_w[c,j]·a_h[c,i].
// conv1 has max(8, C // reduction) outputs; h_swish(t) = t·relu6(t + 3)/6.

#include <algorithm>

#include "engine/attention/module.h"
#include "engine/kernels/broadcast.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int hidden = std::max(8, channels / params.integer("reduction"));
    return {{"conv1.weight", {hidden, channels, 1, 1}, WeightInit::FanIn, channels},
            {"conv1.bias", {hidden}, WeightInit::FanIn, channels},
            {"bn1.weight", {hidden}, WeightInit::One},
            {"bn1.bias", {hidden}, WeightInit::Zero},
            {"bn1.running_mean", {hidden}, WeightInit::Zero},
            {"bn1.running_var", {hidden}, WeightInit::One},
            {"conv_h.weight", {channels, hidden, 1, 1}, WeightInit::FanIn, hidden},
            {"conv_h.bias", {channels}, WeightInit::FanIn, hidden},
            {"conv_w.weight", {channels, hidden, 1, 1}, WeightInit::FanIn, hidden},
            {"conv_w.bias", {channels}, WeightInit::FanIn, hidden}};
}

/// [ph ; pw] along one axis of length H + W.
FeatureMap joined(const FeatureMap& rows, const FeatureMap& columns) {
    FeatureMap y(rows.channels(), 1, rows.cells() + columns.cells());
    for (int c = 0; c < y.channels(); ++c) {
        std::copy_n(columns.row(c), columns.cells(), std::copy_n(rows.row(c), rows.cells(), y.row(c)));
    }
    return y;
}

/// `count` positions of every channel, from `first` on.
FeatureMap slice(const FeatureMap& x, int first, int count) {
    FeatureMap y(x.channels(), 1, count);
    for (int c = 0; c < y.channels(); ++c) {
        std::copy_n(x.row(c) + first, count, y.row(c));
    }
    return y;
}

class Coordinate final : public AttentionModule {
public:
    explicit Coordinate(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        FeatureMap y = joined(ops::meanOverWidth(x), ops::meanOverHeight(x));
        steps.add("pool", "p = [mean over W ; mean over H]", [&] { return tensor2d(y); });
        y = ops::conv2d(y, weight("conv1.weight"), weight("conv1.bias"));
        ops::batchNorm(y, weight("bn1.weight"), weight("bn1.bias"), weight("bn1.running_mean"), weight("bn1.running_var"));
        std::transform(y.data(), y.data() + y.size(), y.data(), ops::hardSwish);
        steps.add("mix", "y = h_swish(BN(W1·p + b1))", [&] { return tensor2d(y); });
        const FeatureMap rows = gate(slice(y, 0, x.height()), "conv_h");
        const FeatureMap columns = gate(slice(y, x.height(), x.width()), "conv_w");
        steps.add("rows", "a_h = sigmoid(W_h·y_h + b_h)", [&] { return tensor2d(rows); });
        steps.add("columns", "a_w = sigmoid(W_w·y_w + b_w)", [&] { return tensor2d(columns); });

        const FeatureMap full = ops::rowsTimesColumns(rows, columns);
        FeatureMap out = ops::scaleRowsAndColumns(x, rows, columns);
        steps.add("scale", "out = x · a_w · a_h", [&] { return ops::toTensor(out); });
        AttentionOutput result;
        result.maps.push_back(
            fullMap("full", FOVEA_TEXT("engine", "Coordinate gate"), ops::toTensor(full), x.height(), x.width()));
        result.maps.push_back(fullMap("h", FOVEA_TEXT("engine", "Row gate"), tensor2d(rows), x.height(), 1));
        result.maps.push_back(fullMap("w", FOVEA_TEXT("engine", "Column gate"), tensor2d(columns), 1, x.width()));
        result.frames.push_back(std::move(out));
        return result;
    }

private:
    [[nodiscard]] const Tensor& weight(const std::string& name) const { return m_weights.at(name); }

    [[nodiscard]] FeatureMap gate(const FeatureMap& part, const std::string& layer) const {
        FeatureMap y = ops::conv2d(part, weight(layer + ".weight"), weight(layer + ".bias"));
        ops::sigmoidInPlace(y.data(), y.size());
        return y;
    }

    static Tensor tensor2d(const FeatureMap& map) {
        return {{map.channels(), map.cells()}, std::vector<float>(map.data(), map.data() + map.size())};
    }

    static AttentionMap fullMap(const char* name, const char* title, Tensor data, int height, int width) {
        return {.name = name, .kind = FullMap{height, width}, .role = MapRole::Gate, .title = title, .data = std::move(data)};
    }

    std::map<std::string, Tensor> m_weights;
};

}  // namespace

const ModuleInfo& coordModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "coord",
        .title = "Coordinate",
        .longTitle = FOVEA_TEXT("engine", "Coordinate attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "Coordinate Attention for Efficient Mobile Network Design (Hou et al., CVPR 2021)",
        .arxiv = "2103.02907",
        .reference = "houqb/CoordAttention coordatt.py",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by one gate along the rows and one along the columns."),
        .params = {{.key = "reduction",
                    .label = FOVEA_TEXT("engine", "Reduction"),
                    .type = ParamType::Int,
                    .fallback = 32,
                    .min = 1,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has; it keeps at least 8.")}},
        .weights = weights,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Coordinate>(w);
        }};
    return kInfo;
}

}  // namespace fovea
