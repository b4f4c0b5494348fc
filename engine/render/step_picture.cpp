#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/kernels/value_summaries.h"
#include "engine/render/steps.h"
#include "engine/render/tile_picture.h"

namespace fovea {
namespace {

constexpr int kBins = 64;

/// Bars from the line at 0 across the picture, as many as there are values; they have a gap of a pixel where there is room.
void paintBars(const std::vector<float>& values, const StepRequest& request, cv::Mat& out) {
    const ValueRange ends = tiles::endsOf(values.data(), values.size());
    const double lo = std::min(0.0F, ends.lo);
    const double hi = std::max({0.0F, ends.hi, lo < 0.0 ? 0.0F : 1e-30F});
    const int zero = static_cast<int>(std::lround((out.rows - 1) * hi / (hi - lo)));  // the row of the line
    const auto count = static_cast<int>(values.size());
    const int gap = out.cols / count >= 3 ? 1 : 0;
    out.row(zero).setTo(tiles::scalarOf(request.axis));
    for (int k = 0; k < count; ++k) {
        const int left = static_cast<int>(static_cast<long long>(k) * out.cols / count);
        const int right = std::max(left + 1, static_cast<int>(static_cast<long long>(k + 1) * out.cols / count) - gap);
        const double v = values[static_cast<std::size_t>(k)];
        if (!std::isfinite(v) || v == 0.0) {
            continue;
        }
        // At least a pixel, so that a small value differs from 0.
        const int end = static_cast<int>(std::lround((out.rows - 1) * (hi - v) / (hi - lo)));
        const int top = v > 0.0 ? std::min(end, zero - 1) : zero + 1;
        const int bottom = v > 0.0 ? zero : std::max(end, zero + 1) + 1;
        const cv::Rect box = cv::Rect(left, top, right - left, bottom - top) & cv::Rect(0, 0, out.cols, out.rows);
        out(box).setTo(tiles::scalarOf(request.ink));
    }
}

void paintCells(const StepValues& values, StepPicture picture, const StepRequest& request, cv::Mat& out) {
    const auto height = static_cast<int>(values.shape[values.shape.size() - 2]);
    const auto width = static_cast<int>(values.shape.back());
    const auto cells = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    std::vector<float> means;
    const float* shown = values.data;
    if (picture == StepPicture::MeanMap) {
        means = kernels::meanMagnitudes(values.data, values.count / cells, cells);
        shown = means.data();
    }
    const ValueRange ends = tiles::endsOf(shown, cells);
    const bool diverging = ends.lo < 0.0F && ends.hi > 0.0F;
    tiles::paintValues(shown, height, width, tiles::coloured(ends, diverging), tiles::tableOf(request.style, diverging),
                       request.style.smooth && picture != StepPicture::Matrix, request.paper, out);
}

Error missing(const StepRequest& request) {
    return makeError(ErrorCode::NotFound,
                     FOVEA_TEXT("engine", "There are no steps of the module “%1” yet; choose it in the list."),
                     {request.job.source});
}

}  // namespace

RenderedStep render(const StepRequest& request, const std::stop_token& stop) {
    RenderedStep out;
    out.request = request;
    const auto module = request.result ? request.result->find(request.job) : nullptr;
    const auto values = module ? stepValues(*request.result->find(request.job.model), *module, request.step) : StepValues{};
    if (values.count == 0) {
        out.error = module && !module->output ? module->output.error() : missing(request);
        return out;
    }
    const FeatureMap& x = request.result->find(request.job.model)->features->map;
    out.picture = stepPicture(values.shape, {x.height(), x.width()});
    out.numbers = stepNumbers(values);
    if (request.width < 1 || request.height < 1 || stop.stop_requested()) {
        return out;
    }
    auto pixels = std::make_shared<cv::Mat>(request.height, request.width, CV_8UC4, tiles::scalarOf(request.paper));
    if (out.picture == StepPicture::Bars) {
        // As many as fit, of each the value of the largest magnitude.
        const auto bars =
            kernels::largestOfRuns(values.data, values.count, std::min(values.count, static_cast<std::size_t>(request.width)));
        out.numbersPerBar = static_cast<int>((values.count + bars.size() - 1) / bars.size());
        paintBars(bars, request, *pixels);
    } else if (out.picture == StepPicture::Histogram) {
        out.bins = kernels::histogram(values.data, values.count, {out.numbers.min, out.numbers.max}, kBins);
        paintBars(std::vector<float>(out.bins.begin(), out.bins.end()), request, *pixels);
    } else {
        paintCells(values, out.picture, request, *pixels);
    }
    if (!stop.stop_requested()) {
        out.pixels = std::move(pixels);
    }
    return out;
}

}  // namespace fovea
