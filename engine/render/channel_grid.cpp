#include "engine/render/channel_grid.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/kernels/parallel.h"
#include "engine/render/grid_tiles.h"
#include "engine/render/tile_picture.h"

namespace fovea {
namespace {

/// Whether earlier numbers are those of this request.
bool fits(const ChannelGridRequest& request, const JobResult* module) {
    const auto& known = request.known;
    return known && known->of.get() == module && known->features == request.result->features(request.field.job.model) &&
           known->field == request.field && known->subject == request.subject;
}

/// The kept order if it holds the same indices as a new one; pins and searches begin anew.
std::vector<int> orderOf(const ChannelGridRequest& request, const GridNumbers& numbers) {
    auto order = gridOrder(numbers, request.sort, request.pinned, request.among);
    if (request.order.size() == order.size() && std::is_permutation(order.begin(), order.end(), request.order.begin())) {
        return request.order;
    }
    return order;
}

std::optional<ValueRange> endsOfMode(const GridNumbers& numbers, GridMode mode) {
    return mode == GridMode::Before ? numbers.before : mode == GridMode::After ? numbers.after : numbers.changed;
}

void paintTile(const grids::Source& source, int index, const RenderedChannelGrid& answer, cv::Mat tile) {
    const ChannelGridRequest& request = answer.request;
    const auto values = source.tile(index, request.mode);
    ValueRange range = answer.range;
    bool diverging = answer.diverging;
    if (request.ownScales) {
        const ValueRange ends = tiles::endsOf(values.data(), values.size());
        diverging = request.mode == GridMode::Changed || (ends.lo < 0.0F && ends.hi > 0.0F);
        range = tiles::coloured(ends, diverging);
    }
    tiles::paintValues(values.data(), source.height(), source.width(), range, tiles::tableOf(request.style, diverging),
                       request.style.smooth, request.background, std::move(tile));
}

/// Tiles row by row; places after the last one are background.
std::shared_ptr<const cv::Mat> atlas(const grids::Source& source, const RenderedChannelGrid& answer,
                                     const std::stop_token& stop) {
    const ChannelGridRequest& r = answer.request;
    auto pixels =
        std::make_shared<cv::Mat>(r.rows * r.tileHeight, r.columns * r.tileWidth, CV_8UC4, tiles::scalarOf(r.background));
    const int first = r.firstRow * r.columns;
    const int count = std::min(r.rows * r.columns, static_cast<int>(answer.order.size()) - first);
    parallelFor(std::max(count, 0), [&](int begin, int end) {
        for (int k = begin; k < end && !stop.stop_requested(); ++k) {
            const cv::Rect place(k % r.columns * r.tileWidth, k / r.columns * r.tileHeight, r.tileWidth, r.tileHeight);
            paintTile(source, answer.order[static_cast<std::size_t>(first + k)], answer, (*pixels)(place));
        }
    });
    return stop.stop_requested() ? nullptr : pixels;
}

Error notOnOneGrid(const JobResult& module) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "%1 gives features of another size, so channels cannot be compared; choose “before”."),
                     {module.source.title});
}

/// Fills the answer but for its pixels; an error or nothing.
std::optional<Error> prepare(RenderedChannelGrid& out, std::optional<grids::Source>& source) {
    const ChannelGridRequest& request = out.request;
    auto made = grids::Source::of(*request.result, request.field, request.subject);
    if (!made) {
        return made.error();
    }
    source = *std::move(made);
    out.numbers = fits(request, &source->module()) ? request.known : source->numbers(*request.result);
    out.order = orderOf(request, *out.numbers);
    const auto ends = endsOfMode(*out.numbers, request.mode);
    if (!ends) {
        return notOnOneGrid(source->module());
    }
    out.diverging = request.mode == GridMode::Changed || (ends->lo < 0.0F && ends->hi > 0.0F);
    out.range = tiles::coloured(*ends, out.diverging);
    return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const GridNumbers>> gridNumbers(const FrameResult& result, const FieldSpec& field, GridSubject subject) {
    const auto source = grids::Source::of(result, field, subject);
    if (!source) {
        return source.error();
    }
    return source->numbers(result);
}

std::vector<int> gridOrder(const GridNumbers& numbers, GridSort sort, const std::vector<int>& pinned,
                           const std::optional<std::vector<int>>& among) {
    std::vector<bool> shown(static_cast<std::size_t>(numbers.count()), !among);
    for (const int index : among.value_or(std::vector<int>())) {
        if (index >= 0 && index < numbers.count()) {
            shown[static_cast<std::size_t>(index)] = true;
        }
    }
    std::vector<int> order;
    const auto take = [&](int index) {
        if (index >= 0 && index < numbers.count() && shown[static_cast<std::size_t>(index)]) {
            shown[static_cast<std::size_t>(index)] = false;
            order.push_back(index);
        }
    };
    std::for_each(pinned.begin(), pinned.end(), take);
    const auto rest = static_cast<std::ptrdiff_t>(order.size());
    for (int index = 0; index < numbers.count(); ++index) {
        take(index);
    }
    if (sort != GridSort::Index) {
        const auto& keys = sort == GridSort::Weight   ? numbers.weight
                           : sort == GridSort::Change ? numbers.change
                                                      : numbers.likeness;
        std::stable_sort(order.begin() + rest, order.end(), [&keys](int a, int b) {
            const float left = keys[static_cast<std::size_t>(a)];
            const float right = keys[static_cast<std::size_t>(b)];
            return std::isnan(right) ? !std::isnan(left) : left > right;
        });
    }
    return order;
}

RenderedChannelGrid render(const ChannelGridRequest& request, const std::stop_token& stop) {
    RenderedChannelGrid out;
    out.request = request;
    if (!request.result) {
        out.error = makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no picture yet; open one."));
        return out;
    }
    std::optional<grids::Source> source;
    out.error = prepare(out, source);
    const bool nothing = request.columns < 1 || request.rows < 1 || request.tileWidth < 1 || request.tileHeight < 1;
    if (!out.error && !nothing && !stop.stop_requested()) {
        out.pixels = atlas(*source, out, stop);
    }
    return out;
}

}  // namespace fovea
