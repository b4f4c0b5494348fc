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

/// How the numbers of a step are shown. Their shape alone decides, never the module.
enum class StepPicture {
    Bars,       ///< at most one extent above 1: one bar per number
    Map,        ///< [H×W] of the features' grid, or [1×H×W]
    MeanMap,    ///< [C×H×W]: the mean over channels of |x|
    Matrix,     ///< [N×M] of other sides
    Histogram,  ///< everything else
};
FOVEA_API StepPicture stepPicture(const Shape& shape, GridSize grid) noexcept;

/// Which steps each one is computed from, read off their equations: those whose symbol left of the first "=" stands on its right
/// as a whole symbol. Index 0 is the input "x", index k the k-th equation; the answer holds one ascending list per index, and the
/// first is empty. Indices such as _c, _ij or [c,j] count only where they tell two steps apart (a_h, a_w). Of several steps of
/// one symbol the latest counts, and with it those before it which nothing has read. A step whose equation names none belongs to
/// the step before it, or, when that one is read by name elsewhere, beside it.
FOVEA_API std::vector<std::vector<int>> stepDependencies(const std::vector<std::string>& equations);

/// One card of the strip of steps: the features, a step of the mechanism, or the module's output.
struct StepCard {
    std::string name;      ///< "squeeze"; "x" of the first card, FOVEA_TEXT "output" of an added last one
    std::string equation;  ///< plain text; empty for the first card and an added last one
    Shape shape;
    StepPicture picture = StepPicture::Histogram;
    std::vector<int> needs;  ///< the cards it is computed from, ascending
    bool operator==(const StepCard&) const = default;
};

/// The cards of a finished module: "x", its steps, and its output unless the last step holds those very numbers. Where no steps
/// were recorded that is "x" and the output; of a failed module "x" alone. Cheap enough for the GUI thread.
FOVEA_API std::vector<StepCard> stepCards(const ModelResult& model, const JobResult& module);

/// The numbers of one card, which `model` and `module` own; null when there is no such card.
struct StepValues {
    Shape shape;
    const float* data = nullptr;
    std::size_t count = 0;
};
FOVEA_API StepValues stepValues(const ModelResult& model, const JobResult& module, int step);

/// Of all numbers of a step which are finite.
struct StepNumbers {
    float min = 0.0F;
    float max = 0.0F;
    double mean = 0.0;
    std::size_t count = 0;      ///< of all numbers
    std::size_t notFinite = 0;  ///< how many of them are NaN or infinite
};
FOVEA_API StepNumbers stepNumbers(const StepValues& values);

/// A card's thumbnail, or, with a larger size, the enlarged card.
struct StepRequest {
    std::shared_ptr<const FrameResult> result;
    JobId job;
    int step = 0;   ///< index of the card
    int width = 0;  ///< device pixels
    int height = 0;
    OverlayStyle style = {};           ///< colours and smoothness; the range is always the step's own
    std::uint32_t ink = 0xFF808080;    ///< bars, 0xFFRRGGBB
    std::uint32_t paper = 0xFF202020;  ///< behind them
    std::uint32_t axis = 0xFF404040;   ///< the line at 0
};

/// The pixels of a step, or why there are none.
struct RenderedStep {
    std::shared_ptr<const cv::Mat> pixels;  ///< CV_8UC4 of the size asked for; null when stopped or with an error
    StepNumbers numbers;
    StepPicture picture = StepPicture::Histogram;
    std::vector<int> bins;  ///< Histogram: how many numbers each equal part of min…max holds
    int numbersPerBar = 1;  ///< Bars: at most so many channels share a bar, which shows the one of the largest magnitude
    StepRequest request;
    std::optional<Error> error;
};

/// Paints a step. Bars and bins stand on the line at 0; maps and matrices have the step's own range, symmetric about 0 in
/// diverging colours where a map or a matrix has both signs. Pure; runs on the render thread.
FOVEA_API RenderedStep render(const StepRequest& request, const std::stop_token& stop = {});

/// What lies under a place of a step's picture, whose sides are 1: of a bar the first channel and its number, of a map or matrix
/// the cell. Nothing for histograms, whose bins RenderedStep holds, and outside.
struct StepReading {
    int row = 0;     ///< 0 for bars
    int column = 0;  ///< the channel, for bars
    float value = 0.0F;
    bool operator==(const StepReading&) const = default;
};
FOVEA_API std::optional<StepReading> readStep(const StepValues& values, StepPicture picture, double x, double y);

}  // namespace fovea
