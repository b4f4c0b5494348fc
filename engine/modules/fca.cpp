// FcaNet: Frequency Channel Attention Networks (Qin et al., ICCV 2021).
//   P = x pooled adaptively to dct_h×dct_w,  d_c = Σ_uv P_c·D_c with D_c a two-dimensional DCT filter,
//   a = sigmoid(W2·relu(W0·d)), no biases,  out_c = a_c·x_c (the unpooled x).
// The F chosen frequencies divide the channels into F equal consecutive blocks. The filters are part of the state_dict.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/attention/module.h"
#include "engine/tensor/ops.h"

namespace fovea {
namespace {

constexpr int kGrid = 7;  ///< frequencies are numbered on a 7×7 grid

/// Vertical and horizontal frequency, in order of rank.
struct Frequencies {
    const char* name;
    std::array<int, 32> x;
    std::array<int, 32> y;
};
constexpr Frequencies kFrequencies[] = {
    {"top",
     {0, 0, 6, 0, 0, 1, 1, 4, 5, 1, 3, 0, 0, 0, 3, 2, 4, 6, 3, 5, 5, 2, 6, 5, 5, 3, 3, 4, 2, 2, 6, 1},
     {0, 1, 0, 5, 2, 0, 2, 0, 0, 6, 0, 4, 6, 3, 5, 2, 6, 3, 3, 3, 5, 1, 1, 2, 4, 2, 1, 1, 3, 0, 5, 3}},
    {"low",
     {0, 0, 1, 1, 0, 2, 2, 1, 2, 0, 3, 4, 0, 1, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4},
     {0, 1, 0, 1, 2, 0, 1, 2, 2, 3, 0, 0, 4, 3, 1, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3}},
    {"bot",
     {6, 1, 3, 3, 2, 4, 1, 2, 4, 4, 5, 1, 4, 6, 2, 5, 6, 1, 6, 2, 2, 4, 3, 3, 5, 5, 6, 2, 5, 5, 3, 6},
     {6, 4, 4, 6, 6, 3, 1, 4, 4, 5, 6, 5, 2, 2, 5, 1, 4, 3, 5, 0, 3, 1, 1, 2, 4, 2, 1, 1, 5, 3, 3, 3}}};

int frequencyCount(const ParamSet& params) { return std::stoi(params.choice("freq_sel_method").substr(3)); }

double basis(int position, int frequency, int length) {
    const double wave = std::cos(std::numbers::pi * frequency * (position + 0.5) / length) / std::sqrt(length);
    return frequency == 0 ? wave : wave * std::numbers::sqrt2;
}

/// D: channels × dct_h × dct_w.
Tensor dctFilters(int channels, const ParamSet& params) {
    const int height = params.integer("dct_h");
    const int width = params.integer("dct_w");
    const auto* table = std::find_if(std::begin(kFrequencies), std::end(kFrequencies),
                                     [&](const Frequencies& f) { return params.choice("freq_sel_method").starts_with(f.name); });
    const int block = channels / frequencyCount(params);
    Tensor filters(Shape{channels, height, width});
    auto out = filters.values.begin();
    for (int c = 0; c < channels; ++c) {
        const auto rank = static_cast<std::size_t>(c / block);
        const int u = table->x[rank] * (height / kGrid);
        const int v = table->y[rank] * (width / kGrid);
        for (int i = 0; i < height; ++i) {
            for (int j = 0; j < width; ++j) {
                *out++ = static_cast<float>(basis(i, u, height) * basis(j, v, width));
            }
        }
    }
    return filters;
}

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int channels = shape.channels;
    const int hidden = channels / params.integer("reduction");
    const int area = params.integer("dct_h") * params.integer("dct_w");
    return {{"dct_layer.weight", {channels, params.integer("dct_h"), params.integer("dct_w")}, WeightInit::FanIn, area},
            {"fc.0.weight", {hidden, channels}, WeightInit::FanIn, channels},
            {"fc.2.weight", {channels, hidden}, WeightInit::FanIn, hidden}};
}

Result<void> check(const InputShape& shape, const ParamSet& params) {
    const int count = frequencyCount(params);
    if (shape.channels % count != 0) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "FcaNet cannot share %1 frequencies among %2 channels; choose fewer frequencies."),
                         {std::to_string(count), std::to_string(shape.channels)});
    }
    if (shape.channels / params.integer("reduction") < 1) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine",
                                    "FcaNet has nothing to compute: a reduction of %1 leaves no hidden channel of %2; choose a "
                                    "reduction of at most %2."),
                         {std::to_string(params.integer("reduction")), std::to_string(shape.channels)});
    }
    return {};
}

class Fca final : public AttentionModule {
public:
    Fca(const InputShape& shape, const Weights& weights, const ParamSet& params)
        : m_height(params.integer("dct_h")),
          m_width(params.integer("dct_w")),
          // Random numbers in the place of cosines would be another mechanism.
          m_filters(weights.provenance.kind == ProvenanceKind::Random ? dctFilters(shape.channels, params)
                                                                      : weights.tensors.at("dct_layer.weight")),
          m_weight0(weights.tensors.at("fc.0.weight")),
          m_weight2(weights.tensors.at("fc.2.weight")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Trace& trace) override {
        const FeatureMap& x = input.features();
        const auto descriptor = spectrum(x);
        trace.stage("dct", "d_c = Σ_uv P_c · D_c", [&] { return ops::toTensor(descriptor); });
        auto hidden = ops::linear(descriptor, m_weight0, {});
        ops::reluInPlace(hidden.data(), hidden.size());
        trace.stage("reduce", "h = relu(W0·d)", [&] { return ops::toTensor(hidden); });
        auto gate = ops::linear(hidden, m_weight2, {});
        ops::sigmoidInPlace(gate.data(), gate.size());
        trace.stage("excite", "a = sigmoid(W2·h)", [&] { return ops::toTensor(gate); });
        AttentionOutput result;
        result.frames.push_back(ops::scaleChannels(x, gate));
        trace.stage("scale", "out_c = a_c · x_c", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(channelGateMap(std::move(gate)));
        return result;
    }

private:
    [[nodiscard]] ops::Vector spectrum(const FeatureMap& x) const {
        const bool fits = x.height() == m_height && x.width() == m_width;
        const FeatureMap pooled = fits ? x : ops::adaptiveMeanPool(x, m_height, m_width);
        ops::Vector descriptor;
        const float* filter = m_filters.values.data();
        for (int c = 0; c < x.channels(); ++c) {
            double sum = 0.0;
            for (int n = 0; n < pooled.cells(); ++n) {
                sum += static_cast<double>(pooled.row(c)[n]) * *filter++;
            }
            descriptor.push_back(static_cast<float>(sum));
        }
        return descriptor;
    }

    int m_height;
    int m_width;
    Tensor m_filters;
    Tensor m_weight0;
    Tensor m_weight2;
};

ParamSpec side(const char* key, const char* label) {
    return {.key = key,
            .label = label,
            .type = ParamType::Int,
            .fallback = 7,
            .min = 1,
            .max = 112,
            .help = FOVEA_TEXT("engine", "Cells to which the features are pooled before the cosine transform.")};
}

}  // namespace

const ModuleInfo& fcaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "fca",
        .title = "FcaNet",
        .longTitle = FOVEA_TEXT("engine", "Frequency channel attention"),
        .domain = Domain::Channel,
        .kind = AttentionKind::Soft,
        .year = 2021,
        .paper = "FcaNet: Frequency Channel Attention Networks (Qin et al., ICCV 2021)",
        .arxiv = "2012.11879",
        .reference = "cfzd/FcaNet model/layer.py MultiSpectralAttentionLayer",
        .summary = FOVEA_TEXT("engine", "Weighs each channel by a small network which sees one frequency of every channel."),
        .params = {{.key = "freq_sel_method",
                    .label = FOVEA_TEXT("engine", "Frequencies"),
                    .type = ParamType::Choice,
                    .fallback = std::string("top16"),
                    .choices = {"top1", "top2", "top4", "top8", "top16", "top32", "low1", "low2", "low4", "low8", "low16",
                                "low32", "bot1", "bot2", "bot4", "bot8", "bot16", "bot32"},
                    .help = FOVEA_TEXT("engine", "Which frequencies the channels are asked for, and how many.")},
                   side("dct_h", FOVEA_TEXT("engine", "Transform height")),
                   side("dct_w", FOVEA_TEXT("engine", "Transform width")),
                   {.key = "reduction",
                    .label = FOVEA_TEXT("engine", "Reduction"),
                    .type = ParamType::Int,
                    .fallback = 16,
                    .min = 1,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "How many times fewer channels the hidden layer has.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape& shape, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Fca>(shape, w, params);
        }};
    return kInfo;
}

}  // namespace fovea
