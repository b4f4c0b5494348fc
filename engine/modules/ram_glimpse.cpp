// Recurrent Models of Visual Attention (Mnih et al., NeurIPS 2014): the multi-resolution glimpse.
//   location (lx, ly) in −1…1; cx = ⌊(lx + 1)·W / 2⌋, cy = ⌊(ly + 1)·H / 2⌋;
//   scale m: side g·s^m, box from cx − side // 2 to cx + side − side // 2 (half-open), zeros outside, mean-pooled to g×g.
//   out = all scales' C channels, k·C×g×g. The location is given with the input, else it is the chosen point.

#include <algorithm>
#include <cmath>

#include "engine/attention/module.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/sampling.h"

namespace fovea {
namespace {

constexpr std::int64_t kMostSide = std::int64_t{1} << 20;

struct Box {
    int x = 0, y = 0, side = 0;
};

std::int64_t largestSide(const ParamSet& params) {
    std::int64_t side = params.integer("g");
    for (int m = 1; m < params.integer("k") && side <= kMostSide; ++m) {
        side *= params.integer("s");
    }
    return side;
}

Result<void> check(const InputShape&, const ParamSet& params) {
    if (largestSide(params) > kMostSide) {
        return makeError(
            ErrorCode::BadParameter,
            FOVEA_TEXT("engine", "The glimpse's largest patch is over %1 cells wide; choose fewer scales or a smaller factor."),
            {std::to_string(kMostSide)});
    }
    return {};
}

/// Adds 1 inside the box.
void cover(FeatureMap& coverage, const Box& box) {
    for (int i = std::max(0, box.y); i < std::min(coverage.height(), box.y + box.side); ++i) {
        for (int j = std::max(0, box.x); j < std::min(coverage.width(), box.x + box.side); ++j) {
            coverage.at(0, i, j) += 1.0F;
        }
    }
}

class Glimpse final : public AttentionModule {
public:
    explicit Glimpse(const ParamSet& params)
        : m_patch(params.integer("g")),
          m_scales(params.integer("k")),
          m_factor(params.integer("s")),
          m_point(params.point("location")) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        const auto it = input.extras.find("location");
        const Tensor location =
            it != input.extras.end()
                ? *it->second
                : Tensor({2}, {static_cast<float>(2.0 * m_point.x - 1.0), static_cast<float>(2.0 * m_point.y - 1.0)});
        const auto inside = [](float v) { return v >= -1.0F && v <= 1.0F; };  // false for NaN
        if (location.shape != Shape{2} || !std::all_of(location.values.begin(), location.values.end(), inside)) {
            return makeError(ErrorCode::BadValue,
                             FOVEA_TEXT("engine", "The glimpse's “location” must be two numbers from −1 to 1; correct it."));
        }
        steps.add("location", "l in −1…1", [&] { return location; });
        // In float, as the reference: the rounding decides which cell is the centre.
        const int cx = static_cast<int>(0.5F * ((location.values[0] + 1.0F) * static_cast<float>(x.width())));
        const int cy = static_cast<int>(0.5F * ((location.values[1] + 1.0F) * static_cast<float>(x.height())));

        FeatureMap out(m_scales * x.channels(), m_patch, m_patch);
        FeatureMap coverage(1, x.height(), x.width());
        Tensor boxes({m_scales, 4});
        int side = m_patch;
        for (int m = 0; m < m_scales; ++m, side *= m_factor) {
            const Box box{cx - side / 2, cy - side / 2, side};
            ops::blockMeans(x, box.x, box.y, side, m_patch, out.row(m * x.channels()));
            cover(coverage, box);
            const int corners[4] = {box.x, box.y, box.x + side, box.y + side};
            std::transform(corners, corners + 4, boxes.values.begin() + 4 * m, [](int v) { return static_cast<float>(v); });
        }
        steps.add("glimpse", "out = mean-pooled patches of sides g·s^m around l", [&] { return ops::toTensor(out); });
        AttentionOutput result;
        result.frames.push_back(std::move(out));
        result.maps.push_back(
            spatialMap("spatial", MapRole::Saliency, FOVEA_TEXT("engine", "Patches over each position"), coverage));
        result.maps.push_back(regionMap("box", FOVEA_TEXT("engine", "Patches of the glimpse"), std::move(boxes)));
        return result;
    }

private:
    int m_patch;
    int m_scales;
    int m_factor;
    PointValue m_point;
};

}  // namespace

const ModuleInfo& ram_glimpseModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "ram_glimpse",
        .title = "RAM glimpse",
        .longTitle = FOVEA_TEXT("engine", "Multi-resolution glimpse (RAM retina)"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Hard,
        .year = 2014,
        .paper = "Recurrent Models of Visual Attention (Mnih et al., NeurIPS 2014)",
        .arxiv = "1406.6247",
        .reference = "kevinzakka/recurrent-visual-attention modules.py Retina",
        .summary = FOVEA_TEXT("engine", "Cuts patches around one point, each larger and coarser than the one before."),
        .params = {{.key = "g",
                    .label = FOVEA_TEXT("engine", "Patch side"),
                    .type = ParamType::Int,
                    .fallback = 8,
                    .min = 1,
                    .max = 256,
                    .help = FOVEA_TEXT("engine", "Cells per side of each patch after pooling.")},
                   {.key = "k",
                    .label = FOVEA_TEXT("engine", "Scales"),
                    .type = ParamType::Int,
                    .fallback = 3,
                    .min = 1,
                    .max = 16,
                    .help = FOVEA_TEXT("engine", "How many patches are cut.")},
                   {.key = "s",
                    .label = FOVEA_TEXT("engine", "Factor"),
                    .type = ParamType::Int,
                    .fallback = 2,
                    .min = 1,
                    .max = 16,
                    .help = FOVEA_TEXT("engine", "How many times larger each patch is than the one before.")},
                   {.key = "location",
                    .label = FOVEA_TEXT("engine", "Location"),
                    .type = ParamType::Point,
                    .fallback = PointValue{},
                    .help = FOVEA_TEXT("engine", "The point around which the patches lie.")}},
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights&) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Glimpse>(params);
        }};
    return kInfo;
}

}  // namespace fovea
