#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/compose.h"
#include "engine/result.h"

namespace cv {
class Mat;
}

namespace fovea {

/// How the numbers of a stage are shown. Their shape alone decides, never the module.
enum class StagePicture {
    Bars,       ///< at most one extent above 1: one bar per number
    Map,        ///< [H×W] of the features' grid, or [1×H×W]
    MeanMap,    ///< [C×H×W]: the mean over channels of |x|
    Matrix,     ///< [N×M] of other sides
    Histogram,  ///< everything else
};
FOVEA_API StagePicture stagePicture(const Shape& shape, GridSize grid) noexcept;

/// Which stages each one is computed from, read off their equations: those whose symbol left of the first "=" stands on its right
/// as a whole symbol. Index 0 is the input "x", index k the k-th equation; the answer holds one ascending list per index, and the
/// first is empty. Indices such as _c, _ij or [c,j] count only where they tell two stages apart (a_h, a_w). Of several stages of
/// one symbol the latest counts, and with it those before it which nothing has read. A stage whose equation names none belongs to
/// the stage before it, or, when that one is read by name elsewhere, beside it.
FOVEA_API std::vector<std::vector<int>> stageDependencies(const std::vector<std::string>& equations);

/// One card of the strip of steps: the features, a stage of the trace, or the module's output.
struct StageCard {
    std::string name;      ///< "squeeze"; "x" of the first card, FOVEA_TEXT "output" of an added last one
    std::string equation;  ///< plain text; empty for the first card and an added last one
    Shape shape;
    StagePicture picture = StagePicture::Histogram;
    std::vector<int> needs;  ///< the cards it is computed from, ascending
    bool operator==(const StageCard&) const = default;
};

/// The cards of a finished module: "x", its stages, and its output unless the trace ends with those very numbers. Without a trace
/// that is "x" and the output; of a failed module "x" alone. Cheap enough for the GUI thread.
FOVEA_API std::vector<StageCard> stageCards(const ModelResult& model, const JobResult& module);

/// The numbers of one card, which `model` and `module` own; null when there is no such card.
struct StageValues {
    Shape shape;
    const float* data = nullptr;
    std::size_t count = 0;
};
FOVEA_API StageValues stageValues(const ModelResult& model, const JobResult& module, int stage);

/// Of all numbers of a stage which are finite.
struct StageNumbers {
    float min = 0.0F;
    float max = 0.0F;
    double mean = 0.0;
    std::size_t count = 0;      ///< of all numbers
    std::size_t notFinite = 0;  ///< how many of them are NaN or infinite
};
FOVEA_API StageNumbers stageNumbers(const StageValues& values);

/// A card's thumbnail, or, with a larger size, the enlarged card.
struct StageRequest {
    std::shared_ptr<const FrameResult> result;
    JobId job;
    int stage = 0;  ///< index of the card
    int width = 0;  ///< device pixels
    int height = 0;
    OverlayStyle style = {};           ///< colours and smoothness; the range is always the stage's own
    std::uint32_t ink = 0xFF808080;    ///< bars, 0xFFRRGGBB
    std::uint32_t paper = 0xFF202020;  ///< behind them
    std::uint32_t axis = 0xFF404040;   ///< the line at 0
};

/// The pixels of a stage, or why there are none.
struct RenderedStage {
    std::shared_ptr<const cv::Mat> pixels;  ///< CV_8UC4 of the size asked for; null when stopped or with an error
    StageNumbers numbers;
    StagePicture picture = StagePicture::Histogram;
    std::vector<int> bins;  ///< Histogram: how many numbers each equal part of min…max holds
    int numbersPerBar = 1;  ///< Bars: at most so many channels share a bar, which shows the one of the largest magnitude
    StageRequest request;
    std::optional<Error> error;
};

/// Paints a stage. Bars and bins stand on the line at 0; maps and matrices have the stage's own range, symmetric about 0 in
/// diverging colours where a map or a matrix has both signs. Pure; runs on the render thread.
FOVEA_API RenderedStage render(const StageRequest& request, const std::stop_token& stop = {});

/// What lies under a place of a stage's picture, whose sides are 1: of a bar the first channel and its number, of a map or matrix
/// the cell. Nothing for histograms, whose bins RenderedStage holds, and outside.
struct StageReading {
    int row = 0;     ///< 0 for bars
    int column = 0;  ///< the channel, for bars
    float value = 0.0F;
    bool operator==(const StageReading&) const = default;
};
FOVEA_API std::optional<StageReading> readStage(const StageValues& values, StagePicture picture, double x, double y);

}  // namespace fovea
