// SA-Net: Shuffle Attention for Deep CNNs (Zhang & Yang, ICASSP 2021). G groups of consecutive channels, each in two halves.
//   First half: a_c = sigmoid(cweight·mean(x_c) + cbias).
//   Second half: u = (x − mean)/√(var + 1e-5)·gn.weight + gn.bias per channel, s = sigmoid(sweight·u + sbias).
//   y = x·[a ; s], then the channels are shuffled: out channel 2k is y's channel k, 2k + 1 is y's channel C/2 + k.
// All groups share the C/(2G) parameters. The map is in the order of the input's channels.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/standardize.h"

namespace fovea {
namespace {

constexpr int kMostGroups = 64;
constexpr double kEpsilon = 1e-5;

/// 0 takes the most groups up to the reference's 64 which share pairs of channels evenly.
int groupsOf(const InputShape& shape, const ParamSet& params) {
    int groups = params.integer("groups");
    if (groups == 0) {
        const int pairs = std::max(1, shape.channels / 2);
        groups = std::min(kMostGroups, pairs);
        while (pairs % groups != 0) {
            --groups;
        }
    }
    return groups;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int half = shape.channels / (2 * groupsOf(shape, params));
    // Scales are 0 and shifts 1 in the reference at the start of training; with random weights that would hide the mechanism.
    return {{"cweight", {1, half, 1, 1}, WeightInit::One}, {"cbias", {1, half, 1, 1}, WeightInit::Zero},
            {"sweight", {1, half, 1, 1}, WeightInit::One}, {"sbias", {1, half, 1, 1}, WeightInit::Zero},
            {"gn.weight", {half}, WeightInit::One},        {"gn.bias", {half}, WeightInit::Zero}};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    if (shape.channels % 2 != 0) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "Shuffle attention halves its channels, but these features have %1; choose features with an "
                                    "even number of channels."),
                         {std::to_string(shape.channels)});
    }
    const int groups = groupsOf(shape, params);
    if (shape.channels % (2 * groups) != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "%1 channels cannot be shared out evenly among the halves of %2 groups; choose a number of "
                                    "groups which divides %3."),
                         {std::to_string(shape.channels), std::to_string(groups), std::to_string(shape.channels / 2)});
    }
    return {};
}

class Shuffle final : public AttentionModule {
public:
    explicit Shuffle(const Weights& weights) : m_weights(weights.tensors) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const FeatureMap gate = gates(x, steps);
        FeatureMap y(x.channels(), x.height(), x.width());
        for (int c = 0; c < x.channels(); ++c) {
            const int half = x.channels() / 2;
            const int target = c < half ? 2 * c : 2 * (c - half) + 1;
            ops::multiply(x.row(c), gate.row(c), static_cast<std::size_t>(x.cells()), y.row(target));
        }
        steps.add("shuffle", "out_2k = A_k·x_k, out_2k+1 = A_(C/2+k)·x_(C/2+k)", [&] { return ops::toTensor(y); });
        AttentionOutput result;
        result.frames.push_back(std::move(y));
        result.maps.push_back(fullMap("full", MapRole::Gate, FOVEA_TEXT("engine", "Gates of both halves"), gate));
        return result;
    }

private:
    [[nodiscard]] float weight(const char* name, int index) const {
        return m_weights.at(name).values[static_cast<std::size_t>(index)];
    }

    [[nodiscard]] FeatureMap gates(const FeatureMap& x, Steps& steps) const {
        const int half = m_weights.at("gn.weight").dim(0);
        const auto means = ops::globalMean(x);
        const auto variances = ops::globalVariance(x, false);
        steps.add("mean", "m_c = mean over H,W of x_c", [&] { return ops::toTensor(means); });
        steps.add("variance", "v_c = mean over H,W of (x_c − m_c)²", [&] { return ops::toTensor(variances); });
        FeatureMap gate(x.channels(), x.height(), x.width());
        for (int c = 0; c < x.channels(); ++c) {
            const int k = c % half;
            if (c / half % 2 == 0) {
                std::fill_n(gate.row(c), gate.cells(), weight("cweight", k) * means[c] + weight("cbias", k));
                continue;
            }
            const double scale = weight("gn.weight", k) / std::sqrt(static_cast<double>(variances[c]) + kEpsilon);
            ops::normalize(x.row(c), static_cast<std::size_t>(x.cells()),
                           {.mean = means[c],
                            .scale = scale,
                            .shift = weight("gn.bias", k),
                            .gain = weight("sweight", k),
                            .bias = weight("sbias", k)},
                           gate.row(c));
        }
        ops::sigmoidInPlace(gate.data(), gate.size());
        steps.add("gates", "A_c = sigmoid(cweight·m_c + cbias) or sigmoid(sweight·GN(x_c) + sbias)",
                  [&] { return ops::toTensor(gate); });
        return gate;
    }

    std::map<std::string, Tensor> m_weights;
};

}  // namespace

const ModuleInfo& saModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "sa",
        .title = "Shuffle",
        .longTitle = FOVEA_TEXT("engine", "Shuffle attention"),
        .domain = Domain::ChannelSpatial,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "SA-Net: Shuffle Attention for Deep Convolutional Neural Networks (Zhang & Yang, ICASSP 2021)",
        .arxiv = "2102.00240",
        .reference = "wofmanaf/SA-Net models/sa_resnet.py sa_layer",
        .summary =
            FOVEA_TEXT("engine",
                       "Weighs one half of each group of channels as a whole and the other half position by position, then "
                       "shuffles the channels."),
        .params = {{.key = "groups",
                    .label = FOVEA_TEXT("engine", "Groups"),
                    .type = ParamType::Int,
                    .fallback = 0,
                    .min = 0,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Groups of channels; 0 takes as many as go evenly, up to 64.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet&, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Shuffle>(w);
        }};
    return kInfo;
}

}  // namespace fovea
