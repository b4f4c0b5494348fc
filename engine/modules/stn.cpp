// Spatial Transformer Networks (Jaderberg et al., NeurIPS 2015), affine.
//   Localisation: f = relu(pool2(conv5×5(x))), f = relu(pool2(conv3×3(f))), mean-pooled to pool×pool;
//   θ = W2·relu(W0·f + b0) + b2, as a 2×3 matrix; grid: (xs, ys) = θ·(x, y, 1) for every output cell, in −1…1 of the map;
//   out = x read bilinearly at the grid. Outside the map: zeros, or the border's values.
// align_corners: −1 and 1 are the centres of the outermost cells, else the outer edges of these cells.

#include <algorithm>
#include <cmath>

#include "engine/attention/layers.h"
#include "engine/attention/module.h"
#include "engine/kernels/sampling.h"

namespace fovea {
namespace {

constexpr int kFirst = 8;    ///< channels of the localisation network
constexpr int kSecond = 10;  ///< in the reference

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    const int hidden = params.integer("hidden");
    const int pooled = kSecond * params.integer("pool") * params.integer("pool");
    std::vector<WeightSpec> specs;
    addConvolution(specs, "localization.0", kFirst, shape.channels, true, 5);
    addConvolution(specs, "localization.3", kSecond, kFirst, true, 3);
    specs.push_back({"fc_loc.0.weight", {hidden, pooled}, WeightInit::FanIn, pooled});
    specs.push_back({"fc_loc.0.bias", {hidden}, WeightInit::FanIn, pooled});
    specs.push_back({"fc_loc.2.weight", {6, hidden}, WeightInit::FanIn, hidden});
    specs.push_back({"fc_loc.2.bias", {6}, WeightInit::FanIn, hidden});
    return specs;
}

Result<void> check(const InputShape& shape, const ParamSet&) {
    if (shape.height < 4 || shape.width < 4) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "The spatial transformer pools by 2×2 twice, for which %1 positions are too few; choose "
                                    "features of at least 4×4, by a smaller stride."),
                         {std::to_string(shape.height) + "×" + std::to_string(shape.width)});
    }
    return {};
}

/// How −1…1 lies on `length` cells.
struct Axis {
    int length = 1;
    bool alignCorners = false;

    [[nodiscard]] double normalized(int k) const {
        return alignCorners ? -1.0 + 2.0 * k / (length - 1) : (2.0 * k + 1.0) / length - 1.0;
    }
    [[nodiscard]] double cell(double s) const {
        return alignCorners ? (s + 1.0) / 2.0 * (length - 1) : ((s + 1.0) * length - 1.0) / 2.0;
    }
};

/// Two neighbouring cells along one axis and what each weighs; a cell outside the map weighs 0.
struct Taps {
    int low = 0;
    int high = 0;
    float lowWeight = 0.0F;
    float highWeight = 0.0F;

    Taps(double at, int length, bool border) {
        // Beyond one cell outside nothing changes any more; the bound keeps the number within an int.
        at = border ? std::clamp(at, 0.0, length - 1.0) : std::clamp(at, -2.0, length + 1.0);
        const int cell = static_cast<int>(std::floor(at));
        const auto weight = static_cast<float>(at - cell);
        lowWeight = cell >= 0 && cell < length ? 1.0F - weight : 0.0F;
        highWeight = cell + 1 >= 0 && cell + 1 < length ? weight : 0.0F;
        low = std::clamp(cell, 0, length - 1);
        high = std::clamp(cell + 1, 0, length - 1);
    }
};

class SpatialTransformer final : public AttentionModule {
public:
    SpatialTransformer(const Weights& weights, const ParamSet& params)
        : m_layers(weights),
          m_pool(params.integer("pool")),
          m_alignCorners(params.boolean("align_corners")),
          m_border(params.choice("padding_mode") == "border") {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto theta = localize(x, steps);
        const Axis across{x.width(), m_alignCorners}, down{x.height(), m_alignCorners};
        const auto source = [&theta](double px, double py, int k) {
            return static_cast<float>(theta[3 * k] * px + theta[3 * k + 1] * py + theta[3 * k + 2]);
        };
        Tensor grid({x.height(), x.width(), 2});
        for (int n = 0; n < x.cells(); ++n) {
            const double px = across.normalized(n % x.width()), py = down.normalized(n / x.width());
            grid.values[2 * n] = source(px, py, 0);
            grid.values[2 * n + 1] = source(px, py, 1);
        }
        Tensor box(Shape{4, 2});
        constexpr int kCorners[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
        for (int k = 0; k < 8; ++k) {
            box.values[k] = source(kCorners[k / 2][0], kCorners[k / 2][1], k % 2);
        }
        AttentionOutput result;
        result.frames.push_back(sample(x, grid, across, down));
        steps.add("sample", "out = x read bilinearly at the grid", [&] { return ops::toTensor(result.frames.front()); });
        result.maps.push_back(regionMap("theta", FOVEA_TEXT("engine", "Affine matrix"), {{2, 3}, theta}));
        result.maps.push_back(regionMap("grid", FOVEA_TEXT("engine", "Sampling grid"), std::move(grid)));
        result.maps.push_back(regionMap("box", FOVEA_TEXT("engine", "Sampled quadrilateral"), std::move(box), m_alignCorners));
        return result;
    }

private:
    [[nodiscard]] ops::Vector localize(const FeatureMap& x, Steps& steps) const {
        FeatureMap f = ops::maxPool(m_layers.convolution(x, "localization.0", {.padH = 2, .padW = 2}), 2, 2, 0);
        ops::reluInPlace(f.data(), f.size());
        f = ops::maxPool(m_layers.convolution(f, "localization.3", {.padH = 1, .padW = 1}), 2, 2, 0);
        ops::reluInPlace(f.data(), f.size());
        steps.add("localise", "f = relu(pool2(conv3×3(relu(pool2(conv5×5(x))))))", [&] { return ops::toTensor(f); });
        f = ops::adaptiveMeanPool(f, m_pool, m_pool);
        auto hidden = ops::linear({f.data(), f.data() + f.size()}, m_layers.at("fc_loc.0.weight"), m_layers.at("fc_loc.0.bias"));
        ops::reluInPlace(hidden.data(), hidden.size());
        steps.add("regress", "h = relu(W0·pooled f + b0)", [&] { return ops::toTensor(hidden); });
        auto theta = ops::linear(hidden, m_layers.at("fc_loc.2.weight"), m_layers.at("fc_loc.2.bias"));
        steps.add("theta", "θ = W2·h + b2", [&] { return Tensor({2, 3}, theta); });
        return theta;
    }

    [[nodiscard]] FeatureMap sample(const FeatureMap& x, const Tensor& grid, const Axis& across, const Axis& down) const {
        std::vector<ops::FourTaps> taps(static_cast<std::size_t>(x.cells()));
        const int width = x.width();
        for (std::size_t n = 0; n < taps.size(); ++n) {
            const Taps u(across.cell(grid.values[2 * n]), width, m_border);
            const Taps v(down.cell(grid.values[2 * n + 1]), x.height(), m_border);
            taps[n] = {.cells = {v.low * width + u.low, v.low * width + u.high, v.high * width + u.low, v.high * width + u.high},
                       .weights = {v.lowWeight * u.lowWeight, v.lowWeight * u.highWeight, v.highWeight * u.lowWeight,
                                   v.highWeight * u.highWeight}};
        }
        return ops::sampleTaps(x, taps, x.height(), width);
    }

    Layers m_layers;
    int m_pool;
    bool m_alignCorners;
    bool m_border;
};

}  // namespace

const ModuleInfo& stnModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "stn",
        .title = "STN",
        .longTitle = FOVEA_TEXT("engine", "Spatial transformer"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Soft,
        .year = 2015,
        .paper = "Spatial Transformer Networks (Jaderberg et al., NeurIPS 2015)",
        .arxiv = "1506.02025",
        .reference = "the paper and the layout of PyTorch's spatial transformer tutorial, with adaptive pooling",
        .summary = FOVEA_TEXT("engine", "Looks at one region: it finds an affine frame and resamples the features in it."),
        .params = {{.key = "hidden",
                    .label = FOVEA_TEXT("engine", "Hidden units"),
                    .type = ParamType::Int,
                    .fallback = 32,
                    .min = 1,
                    .max = 4096,
                    .help = FOVEA_TEXT("engine", "Units of the layer before the six numbers of the frame.")},
                   {.key = "pool",
                    .label = FOVEA_TEXT("engine", "Pooled size"),
                    .type = ParamType::Int,
                    .fallback = 4,
                    .min = 1,
                    .max = 64,
                    .help = FOVEA_TEXT("engine", "Cells per side of the pooled map from which the frame is found.")},
                   {.key = "align_corners",
                    .label = FOVEA_TEXT("engine", "Align corners"),
                    .type = ParamType::Bool,
                    .fallback = false,
                    .help = FOVEA_TEXT("engine", "Whether −1 and 1 are the centres of the outermost cells, not their edges.")},
                   {.key = "padding_mode",
                    .label = FOVEA_TEXT("engine", "Outside the map"),
                    .type = ParamType::Choice,
                    .fallback = std::string("zeros"),
                    .choices = {"zeros", "border"},
                    .help = FOVEA_TEXT("engine", "What is read beyond the map: zeros or the nearest cell.")}},
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<SpatialTransformer>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
