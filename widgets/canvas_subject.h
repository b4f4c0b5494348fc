#pragma once

#include <memory>
#include <optional>

#include "engine/render/render.h"
#include "widgets/canvas_view.h"

namespace fovea {

/// What a canvas is to show: a result, or a newer picture of its live source, with a field over it.
struct CanvasSubject {
    std::shared_ptr<const FrameResult> result;
    Frame newest;  ///< of a live source
    std::optional<FieldSpec> field;
    std::optional<FieldSpec> minus;  ///< taken away from the field
    OverlayStyle style;
    bool isPeeking = false;  ///< at the picture without its overlay

    enum class Taken { Nothing, Newer, OtherSource };
    /// Takes a result, unless it is behind the one of the same source which is there. Null and one without a picture count as
    /// those of another source.
    Taken take(std::shared_ptr<const FrameResult> newer);
    /// Whether the newest picture has left the result behind.
    [[nodiscard]] bool isOutrun() const;
    /// Asks for all that where a view shows it.
    [[nodiscard]] OverlayRequest request(const CanvasView& view) const;
};

[[nodiscard]] bool isSameSource(const Frame& a, const Frame& b);
[[nodiscard]] bool isSameSize(const Frame& a, const Frame& b);
[[nodiscard]] double millisecondsBetween(const Frame& from, const Frame& to);
/// Whether `a` is behind `b`, both of one source: its numbers are older, or those are the same and its picture is.
[[nodiscard]] bool isBehind(const FrameResult& a, const FrameResult& b);

}  // namespace fovea
