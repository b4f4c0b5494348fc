#include "widgets/canvas_layers.h"

#include <opencv2/core.hpp>

#include <cmath>

#include "widgets/figure/mat_image.h"

namespace fovea {
namespace {

constexpr int kFadeMilliseconds = 120;
bool g_motion = false;

bool isRequestBehind(const OverlayRequest& a, const OverlayRequest& b) {
    return isBehind(*a.result, *b.result) || (!isBehind(*b.result, *a.result) && a.over.sequence < b.over.sequence);
}

// A query or a channel may lag behind for a frame; another map under this map's chip may not.
bool isSameMap(const std::optional<FieldSpec>& a, const std::optional<FieldSpec>& b) {
    return a.has_value() == b.has_value() && (!a || (a->job.source == b->job.source && a->map == b->map));
}

QRgb pixelAt(const Frame& frame, int x, int y) {
    const auto bgr = frame.pixels->at<cv::Vec3b>(y, x);
    return qRgb(bgr[2], bgr[1], bgr[0]);
}

}  // namespace

CanvasLayers::CanvasLayers(QWidget& canvas, const CanvasSubject& subject) : m_subject(subject) {
    m_fade.setDuration(kFadeMilliseconds);
    m_fade.setStartValue(0.0);
    m_fade.setEndValue(1.0);
    QObject::connect(&m_fade, &QVariantAnimation::valueChanged, &canvas, [&canvas] { canvas.update(); });
    QObject::connect(&m_fade, &QVariantAnimation::finished, &canvas, [this] { m_fading = {}; });
}

void CanvasLayers::setMotion(bool on) { g_motion = on; }

bool CanvasLayers::take(const RenderedOverlay& rendered) {
    const OverlayRequest& request = rendered.request;
    const auto& result = m_subject.result;
    if (!rendered.pixels || !request.result || !result || !isSameSource(request.result->frame, result->frame)) {
        return false;
    }
    // Newer numbers of this very frame are known, so their pixels follow at once. Of a frame which has passed, later ones may
    // keep passing faster than pixels come; then these are the best there are.
    if (request.result->frame.sequence == result->frame.sequence && request.result->epoch < result->epoch) {
        return false;
    }
    const bool alone = !request.field && m_subject.field;
    if (!alone && !isSameMap(request.field, m_subject.field)) {
        return false;
    }
    const Layer& painted = alone ? m_plain : m_overlay;
    if (painted.rendered.request.result && isRequestBehind(request, painted.rendered.request)) {
        return false;
    }
    if (g_motion && !alone && m_overlay.rendered.pixels && !isSameMap(m_overlay.rendered.request.field, request.field)) {
        m_fading = std::move(m_overlay);
        m_fade.start();
    }
    (alone ? m_plain : m_overlay) = Layer{rendered, matImage(rendered.pixels)};
    return true;
}

void CanvasLayers::forget() {
    m_overlay = {};
    m_plain = {};
    m_fading = {};
    m_fade.stop();
}

const CanvasLayers::Layer& CanvasLayers::shown() const {
    return m_subject.isPeeking && m_plain.rendered.pixels ? m_plain : m_overlay;
}

const CanvasLayers::Layer* CanvasLayers::fading() const {
    return m_fade.state() == QAbstractAnimation::Running && !m_subject.isPeeking ? &m_fading : nullptr;
}

const Frame& CanvasLayers::frame() const {
    const OverlayRequest& request = shown().rendered.request;
    return request.over.valid() ? request.over : request.result ? request.result->frame : m_subject.result->frame;
}

// None in the short while in which a stream has changed its size and the last pixels are painted stretched.
const ScalarField* CanvasLayers::field() const {
    const RenderedOverlay& rendered = shown().rendered;
    const auto& result = m_subject.result;
    const bool fits = rendered.field && result && isSameSize(rendered.request.result->frame, result->frame);
    return fits && !m_subject.isPeeking ? rendered.field.get() : nullptr;
}

std::optional<int> CanvasLayers::staleness() const {
    const RenderedOverlay& rendered = shown().rendered;
    if (!rendered.field || !rendered.request.over.valid()) {
        return std::nullopt;
    }
    return static_cast<int>(std::lround(millisecondsBetween(rendered.request.result->frame, rendered.request.over)));
}

CursorInfo CanvasLayers::infoAt(QPointF at) const {
    CursorInfo info;
    info.inside = true;
    info.x = static_cast<int>(at.x());
    info.y = static_cast<int>(at.y());
    const Frame& newest = m_subject.result->frame;
    info.colour = pixelAt(isSameSize(frame(), newest) ? frame() : newest, info.x, info.y);
    if (const ScalarField* values = field()) {
        info.cell = cellAt(*values, at.x(), at.y());
        info.value = values->values[static_cast<std::size_t>(info.cell.i) * values->width + info.cell.j];
        info.hasValue = !std::isnan(info.value);  // a cell may take no part
    }
    return info;
}

}  // namespace fovea
