#include "widgets/canvas_subject.h"

#include <chrono>
#include <tuple>
#include <utility>

#include "widgets/canvas.h"
#include "widgets/theme.h"

namespace fovea {

bool isSameSource(const Frame& a, const Frame& b) {
    return a.source == b.source && (a.source != nullptr || a.pixels == b.pixels);
}

bool isSameSize(const Frame& a, const Frame& b) { return a.width == b.width && a.height == b.height; }

double millisecondsBetween(const Frame& from, const Frame& to) {
    return std::chrono::duration<double, std::milli>(to.captured - from.captured).count();
}

bool isBehind(const FrameResult& a, const FrameResult& b) {
    return std::tie(a.epoch, a.frame.sequence) < std::tie(b.epoch, b.frame.sequence);
}

CanvasSubject::Taken CanvasSubject::take(std::shared_ptr<const FrameResult> newer) {
    const bool isValid = newer && newer->frame.valid();
    const bool isSame = isValid && result && isSameSource(result->frame, newer->frame);
    if (isSame && (newer == result || isBehind(*newer, *result))) {
        return Taken::Nothing;
    }
    result = isValid ? std::move(newer) : nullptr;
    if (!isSame) {
        newest = {};
    }
    return isSame ? Taken::Newer : Taken::OtherSource;
}

bool CanvasSubject::isOutrun() const {
    return result && newest.valid() && isSameSource(newest, result->frame) && isSameSize(newest, result->frame) &&
           newest.sequence > result->frame.sequence && millisecondsBetween(result->frame, newest) > Canvas::kStaleMilliseconds;
}

OverlayRequest CanvasSubject::request(const CanvasView& view) const {
    OverlayRequest out;
    out.result = result;
    out.field = isPeeking ? std::nullopt : field;
    out.minus = isPeeking ? std::nullopt : minus;
    out.style = style;
    out.viewport = view.viewport();
    out.background = theme().canvas.rgb();
    out.over = isOutrun() ? newest : Frame{};
    return out;
}

}  // namespace fovea
