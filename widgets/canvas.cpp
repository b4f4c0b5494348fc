#include "widgets/canvas.h"

#include <QEvent>

#include <opencv2/core.hpp>

#include <chrono>
#include <cmath>
#include <tuple>

#include "widgets/accessible_view.h"
#include "widgets/canvas_state.h"
#include "widgets/engine_text.h"
#include "widgets/figure/mat_image.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kFadeMilliseconds = 120;
bool g_motion = false;

bool sameSource(const Frame& a, const Frame& b) { return a.source == b.source && (a.source != nullptr || a.pixels == b.pixels); }

bool sameSize(const Frame& a, const Frame& b) { return a.width == b.width && a.height == b.height; }

double millisecondsBetween(const Frame& from, const Frame& to) {
    return std::chrono::duration<double, std::milli>(to.captured - from.captured).count();
}

// Whether `a` is behind `b`, both of one source: its numbers are older, or those are the same and its picture is.
bool behind(const FrameResult& a, const FrameResult& b) {
    return std::tie(a.epoch, a.frame.sequence) < std::tie(b.epoch, b.frame.sequence);
}

bool behind(const OverlayRequest& a, const OverlayRequest& b) {
    return behind(*a.result, *b.result) || (!behind(*b.result, *a.result) && a.over.sequence < b.over.sequence);
}

// A query or a channel may lag behind for a frame; another map under this map's chip may not.
bool sameMap(const std::optional<FieldSpec>& a, const std::optional<FieldSpec>& b) {
    return a.has_value() == b.has_value() && (!a || (a->job.source == b->job.source && a->map == b->map));
}

bool sameRequest(const OverlayRequest& a, const OverlayRequest& b) {
    return a.result == b.result && a.field == b.field && a.minus == b.minus && a.style == b.style && a.viewport == b.viewport &&
           a.background == b.background && a.over.pixels == b.over.pixels;
}

QRgb pixelAt(const Frame& frame, int x, int y) {
    const auto bgr = frame.pixels->at<cv::Vec3b>(y, x);
    return qRgb(bgr[2], bgr[1], bgr[0]);
}

QString percentText(double share) {
    const double percent = 100.0 * share;
    return percent < 10.0 ? numberText(std::round(10.0 * percent) / 10.0) : numberText(std::round(percent));
}

QString fieldName(const ScalarField& field) {
    QStringList parts{QString::fromStdString(field.module)};
    if (const QString detail = engineText(field.what.empty() ? field.map : field.what, field.whatArgs); !detail.isEmpty()) {
        parts << detail;
    }
    if (field.head.value_or(-1) >= 0) {
        parts << headLabel(*field.head);
    }
    return parts.join(QStringLiteral(", "));
}

QString fieldSummary(const ScalarField& field, const FieldStatistics& statistics) {
    if (field.min == field.max) {
        return Canvas::tr("%1: the same value everywhere, %2.").arg(fieldName(field), numberText(field.min));
    }
    return Canvas::tr("%1: strongest %2; half the weight on %3 % of the area; values %4 to %5.")
        .arg(fieldName(field), engineText(regionName(field, statistics.peak)), percentText(statistics.halfMassArea),
             numberText(field.min), numberText(field.max));
}

}  // namespace

Canvas::State::State(Canvas& owner) : canvas(owner) {
    fade.setDuration(kFadeMilliseconds);
    fade.setStartValue(0.0);
    fade.setEndValue(1.0);
    QObject::connect(&fade, &QVariantAnimation::valueChanged, &canvas, [this] { canvas.update(); });
    QObject::connect(&fade, &QVariantAnimation::finished, &canvas, [this] { fading = {}; });
}

const Canvas::State::Layer& Canvas::State::shown() const { return peek && plain.rendered.pixels ? plain : overlay; }

// The picture which is painted: the newest result may be further.
const Frame& Canvas::State::shownFrame() const {
    const OverlayRequest& request = shown().rendered.request;
    return request.over.valid() ? request.over : request.result ? request.result->frame : result->frame;
}

// The numbers which are painted. None in the short while in which a stream has changed its size and the last pixels are painted
// stretched.
const ScalarField* Canvas::State::shownField() const {
    const RenderedOverlay& rendered = shown().rendered;
    const bool fits = rendered.field && result && sameSize(rendered.request.result->frame, result->frame);
    return fits && !peek ? rendered.field.get() : nullptr;
}

// By how many milliseconds the painted map is older than the painted picture; nothing where they belong together.
std::optional<int> Canvas::State::staleness() const {
    const RenderedOverlay& rendered = shown().rendered;
    if (!rendered.field || !rendered.request.over.valid()) {
        return std::nullopt;
    }
    return static_cast<int>(std::lround(millisecondsBetween(rendered.request.result->frame, rendered.request.over)));
}

// Whether the newest picture has left the newest result behind.
bool Canvas::State::outruns() const {
    return result && newest.valid() && sameSource(newest, result->frame) && sameSize(newest, result->frame) &&
           newest.sequence > result->frame.sequence && millisecondsBetween(result->frame, newest) > kStaleMilliseconds;
}

// What belonged to another source.
void Canvas::State::forget() {
    overlay = {};
    plain = {};
    fading = {};
    fade.stop();
    newest = {};
    keyboardSpot.reset();
}

OverlayRequest Canvas::State::wantedRequest() const {
    OverlayRequest request;
    request.result = result;
    request.field = peek ? std::nullopt : field;
    request.minus = peek ? std::nullopt : minus;
    request.style = style;
    request.viewport = view.viewport();
    request.background = theme().canvas.rgb();
    request.over = outruns() ? newest : Frame{};
    return request;
}

CursorInfo Canvas::State::infoAt(QPointF at) const {
    CursorInfo info;
    if (!result || !view.contains(at)) {
        return info;
    }
    info.inside = true;
    info.x = static_cast<int>(at.x());
    info.y = static_cast<int>(at.y());
    const Frame& frame = sameSize(shownFrame(), result->frame) ? shownFrame() : result->frame;
    info.colour = pixelAt(frame, info.x, info.y);
    if (const ScalarField* shownValues = shownField()) {
        info.cell = cellAt(*shownValues, at.x(), at.y());
        info.value = shownValues->values[static_cast<std::size_t>(info.cell.i) * shownValues->width + info.cell.j];
        info.hasValue = !std::isnan(info.value);  // a cell may take no part
    }
    return info;
}

void Canvas::State::requestSoon() {
    if (!requestPending) {
        requestPending = true;
        QMetaObject::invokeMethod(
            &canvas, [this] { requestNow(); }, Qt::QueuedConnection);
    }
}

void Canvas::State::requestNow() {
    requestPending = false;
    if (!result || !view.valid() || !canvas.isVisible()) {
        return;
    }
    OverlayRequest wanted = wantedRequest();
    if (!lastRequest || !sameRequest(*lastRequest, wanted)) {
        lastRequest = std::move(wanted);
        Q_EMIT canvas.renderRequested(*lastRequest);
    }
}

void Canvas::State::viewChanged(double oldZoom) {
    canvas.update();
    requestSoon();
    sayCursor();
    if (view.zoom != oldZoom) {
        Q_EMIT canvas.zoomChanged(view.zoom);
    }
}

void Canvas::State::movedByPerson(double oldZoom) {
    viewChanged(oldZoom);
    Q_EMIT canvas.placeChanged(canvas.place());
}

void Canvas::State::sayCursor() {
    if (hover) {
        Q_EMIT canvas.cursorMoved(infoAt(view.pictureAt(*hover)));
    }
}

void Canvas::State::saySummary() {
    // A moving picture changes more often than anybody could listen.
    constexpr qint64 kQuietMilliseconds = 1000;
    const bool ofSequence = result && result->frame.sequence > 0;
    if (ofSequence && sinceAnnounced.isValid() && sinceAnnounced.elapsed() < kQuietMilliseconds) {
        return;
    }
    QString summary = canvas.textSummary();
    if (summary != announced) {
        announced = std::move(summary);
        sinceAnnounced.start();
        announceSummary(&canvas);
    }
}

Canvas::Canvas(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setAccessibleName(tr("Picture"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMinimumSize(64, 64);
}

Canvas::~Canvas() = default;

void Canvas::setResult(std::shared_ptr<const FrameResult> result) {
    State& s = *m_state;
    const bool valid = result && result->frame.valid();
    const bool sameAsBefore = valid && s.result && sameSource(s.result->frame, result->frame);
    if (sameAsBefore && (result == s.result || behind(*result, *s.result))) {
        return;
    }
    s.result = valid ? std::move(result) : nullptr;
    const double oldZoom = s.view.zoom;
    if (!sameAsBefore) {
        s.forget();
        s.view.fitted = true;
    }
    const QSizeF size = valid ? QSizeF(s.result->frame.width, s.result->frame.height) : QSizeF();
    if (!sameAsBefore || size != s.view.picture) {
        s.view.setPicture(size);
    }
    s.viewChanged(oldZoom);
    s.saySummary();
}

void Canvas::setNewestFrame(const Frame& frame) {
    State& s = *m_state;
    s.newest = frame;
    if (s.outruns()) {
        s.requestSoon();
    }
}

void Canvas::setMoving(bool moving) {
    m_state->moving = moving;
    update();
}

void Canvas::setField(std::optional<FieldSpec> field) {
    m_state->field = std::move(field);
    m_state->requestSoon();
}

void Canvas::setMinus(std::optional<FieldSpec> minus) {
    m_state->minus = std::move(minus);
    m_state->requestSoon();
}

void Canvas::setStyle(const OverlayStyle& style) {
    m_state->style = style;
    m_state->requestSoon();
}

void Canvas::setRendered(const RenderedOverlay& rendered) {
    State& s = *m_state;
    const OverlayRequest& request = rendered.request;
    if (!rendered.pixels || !request.result || !s.result || !sameSource(request.result->frame, s.result->frame)) {
        return;
    }
    // Newer numbers of this very frame are known, so their pixels follow at once. Of a frame which has passed, later ones may
    // keep passing faster than pixels come; then these are the best there are.
    if (request.result->frame.sequence == s.result->frame.sequence && request.result->epoch < s.result->epoch) {
        return;
    }
    const bool alone = !request.field && s.field;
    if (!alone && !sameMap(request.field, s.field)) {
        return;
    }
    const State::Layer& painted = alone ? s.plain : s.overlay;
    if (painted.rendered.request.result && behind(request, painted.rendered.request)) {
        return;
    }
    if (g_motion && !alone && s.overlay.rendered.pixels && !sameMap(s.overlay.rendered.request.field, request.field)) {
        s.fading = std::move(s.overlay);
        s.fade.start();
    }
    (alone ? s.plain : s.overlay) = State::Layer{rendered, matImage(rendered.pixels)};
    update();
    s.sayCursor();
    s.saySummary();
}

void Canvas::setChip(const QString& text, std::optional<Domain> domain, bool hard) {
    m_state->chip = {text, domain, hard};
    update();
}

void Canvas::setChipLeft(double left) {
    m_state->chipLeft = left;
    update();
}

void Canvas::setPlaceholder(const QString& text) {
    m_state->placeholder = text;
    update();
    m_state->saySummary();
}

void Canvas::setPins(std::vector<CanvasPin> pins) {
    if (pins != m_state->pins) {
        m_state->pins = std::move(pins);
        update();
    }
}

void Canvas::setHoverQuery(bool follows) { m_state->hoverQuery = follows; }

void Canvas::setGhost(std::optional<QPointF> position) {
    if (position != m_state->ghost) {
        m_state->ghost = position;
        update();
    }
}

void Canvas::setReading(bool shown) {
    m_state->showsReading = shown;
    update();
}

CanvasPlace Canvas::place() const {
    const CanvasView& view = m_state->view;
    return {view.fitted, view.zoom, view.pictureAt(QRectF(rect()).center())};
}

void Canvas::setPlace(const CanvasPlace& place) {
    State& s = *m_state;
    if (!s.view.valid()) {
        return;
    }
    const double oldZoom = s.view.zoom;
    if (place.fitted) {
        s.view.fit();
    } else {
        const QPointF middle = QRectF(rect()).center();
        s.view.zoomTo(middle, place.zoom);
        s.view.panBy((s.view.pictureAt(middle) - place.centre) * s.view.scale());
    }
    s.viewChanged(oldZoom);
}

void Canvas::setMotion(bool on) { g_motion = on; }

void Canvas::setRightMargin(int pixels) {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.rightMargin = pixels;
    if (s.view.fitted) {
        s.view.fit();
        s.viewChanged(oldZoom);
    }
}

QSizeF Canvas::pictureSize() const { return m_state->view.picture; }

double Canvas::zoom() const { return m_state->view.zoom; }

QPointF Canvas::pictureAt(QPointF position) const { return m_state->view.pictureAt(position); }

QPointF Canvas::positionOf(QPointF picture) const { return m_state->view.positionOf(picture); }

const RenderedOverlay& Canvas::rendered() const { return m_state->shown().rendered; }

QSize Canvas::sizeHint() const { return {800, 600}; }

QString Canvas::textSummary() const {
    const State& s = *m_state;
    if (!s.result) {
        return s.placeholder;
    }
    const RenderedOverlay& rendered = s.shown().rendered;
    if (rendered.error) {
        return errorText(*rendered.error);
    }
    if (const ScalarField* field = s.shownField()) {
        const QString summary = fieldSummary(*field, rendered.statistics ? *rendered.statistics : fieldStatistics(*field));
        const std::optional<int> age = s.staleness();
        return age ? summary + QLatin1Char(' ') + tr("The map is %1 ms older than the picture.").arg(*age) : summary;
    }
    const Frame& frame = s.shownFrame();
    const QString size = tr("the picture alone, %1 × %2 pixels.").arg(frame.width).arg(frame.height);
    return frame.source ? tr("%1: %2").arg(QString::fromStdString(frame.source->name), size) : size;
}

void Canvas::fit() {
    const double oldZoom = m_state->view.zoom;
    m_state->view.fit();
    m_state->movedByPerson(oldZoom);
}

void Canvas::actualSize() {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.zoomTo(QRectF(rect()).center(), 1.0);
    s.view.snap();
    s.movedByPerson(oldZoom);
}

void Canvas::zoomBy(double factor) {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.zoomTo(QRectF(rect()).center(), oldZoom * factor);
    s.movedByPerson(oldZoom);
}

void Canvas::setPeek(bool peek) {
    State& s = *m_state;
    if (s.peek == peek) {
        return;
    }
    s.peek = peek;
    s.plain = {};
    s.lastRequest.reset();  // its pixels are gone, so that the same picture may be wanted again
    update();
    s.requestSoon();
    s.sayCursor();
    s.saySummary();
}

void Canvas::changeEvent(QEvent* event) {
    switch (event->type()) {
        case QEvent::LanguageChange:
            setAccessibleName(tr("Picture"));
            m_state->saySummary();
            update();
            break;
        case QEvent::PaletteChange:
        case QEvent::StyleChange:
            m_state->requestSoon();
            update();
            break;
        default:
            break;
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
