#include "widgets/canvas.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QPainter>

#include <cmath>
#include <utility>

#include "widgets/accessible_view.h"
#include "widgets/canvas_gestures.h"
#include "widgets/canvas_layers.h"
#include "widgets/canvas_painter.h"
#include "widgets/canvas_subject.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

bool isSameRequest(const OverlayRequest& a, const OverlayRequest& b) {
    return a.result == b.result && a.field == b.field && a.minus == b.minus && a.style == b.style && a.viewport == b.viewport &&
           a.background == b.background && a.over.pixels == b.over.pixels;
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

struct Canvas::State {
    explicit State(Canvas& owner);

    Canvas& canvas;
    CanvasView view;
    CanvasSubject subject;
    CanvasLayers layers;
    CanvasPins pins;
    CanvasLabels labels;
    CanvasGestures gestures;
    bool isMoving = false;  ///< pictures follow each other
    bool isRequestPending = false;
    std::optional<OverlayRequest> lastRequest;
    QString announced;
    QElapsedTimer sinceAnnounced;
    std::shared_ptr<const cv::Mat> saidPainted;  ///< pixels of the overlay which was painted last

    void requestSoon();
    void requestNow();
    void viewChanged(double oldZoom);
    void movedByPerson(double oldZoom);
    void sayCursor();
    void saySummary();
    void resize();
    void paint(QPainter& painter);
    void sayPainted();
    [[nodiscard]] CursorInfo infoAt(QPointF at) const;
};

Canvas::State::State(Canvas& owner) : canvas(owner), layers(owner, subject), gestures(owner, view, pins, layers) {
    connect(&gestures, &CanvasGestures::viewMoved, &canvas, [this](double oldZoom) { movedByPerson(oldZoom); });
    connect(&gestures, &CanvasGestures::hoverMoved, &canvas, [this] {
        sayCursor();
        if (labels.hasReading) {
            canvas.update();
        }
    });
    connect(&gestures, &CanvasGestures::hoverEnded, &canvas, [this] { Q_EMIT canvas.cursorMoved(CursorInfo{}); });
    connect(&gestures, &CanvasGestures::spotMoved, &canvas, [this](QPointF at) { Q_EMIT canvas.cursorMoved(infoAt(at)); });
    connect(&gestures, &CanvasGestures::pinTaken, &canvas, &Canvas::pinChosen);
    connect(&gestures, &CanvasGestures::asked, &canvas, &Canvas::queryChosen);
}

CursorInfo Canvas::State::infoAt(QPointF at) const {
    return subject.result && view.contains(at) ? layers.infoAt(at) : CursorInfo{};
}

void Canvas::State::requestSoon() {
    if (!isRequestPending) {
        isRequestPending = true;
        QMetaObject::invokeMethod(
            &canvas, [this] { requestNow(); }, Qt::QueuedConnection);
    }
}

void Canvas::State::requestNow() {
    isRequestPending = false;
    if (!subject.result || !view.valid() || !canvas.isVisible()) {
        return;
    }
    OverlayRequest wanted = subject.request(view);
    if (!lastRequest || !isSameRequest(*lastRequest, wanted)) {
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
    Q_EMIT canvas.placeChanged(view.place());
}

void Canvas::State::sayCursor() {
    if (const auto& hover = gestures.hover()) {
        Q_EMIT canvas.cursorMoved(infoAt(view.pictureAt(*hover)));
    }
}

void Canvas::State::saySummary() {
    // A moving picture changes more often than anybody could listen.
    constexpr qint64 kQuietMilliseconds = 1000;
    const bool ofSequence = subject.result && subject.result->frame.sequence > 0;
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

void Canvas::State::resize() {
    const double oldZoom = view.zoom;
    view.resize(canvas.size(), canvas.devicePixelRatioF());
    viewChanged(oldZoom);
}

void Canvas::State::paint(QPainter& painter) {
    painter.fillRect(canvas.rect(), theme().canvas);
    CanvasPainter paints(painter, canvas.font(), view, layers, labels);
    if (subject.result) {
        paints.paintPicture();
        if (!isMoving) {
            paints.paintCells();
        }
        if (pins.spot && canvas.hasFocus()) {
            paints.paintSpot(*pins.spot);
        }
        paints.paintPins(pins.pins);
        const auto& hover = gestures.hover();
        paints.paintReading(hover ? std::optional(view.pictureAt(*hover)) : std::nullopt);
        paints.paintStaleness();
        paints.paintChip();
        paints.paintError();
    } else {
        paints.paintPlaceholder(canvas.rect());
    }
    if (canvas.hasFocus()) {
        paintFocusRing(painter, canvas.rect());
    }
}

void Canvas::State::sayPainted() {
    if (layers.overlay().pixels != saidPainted) {
        saidPainted = layers.overlay().pixels;
        if (saidPainted) {
            Q_EMIT canvas.overlayPainted(layers.overlay());
        }
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
    const CanvasSubject::Taken taken = s.subject.take(std::move(result));
    if (taken == CanvasSubject::Taken::Nothing) {
        return;
    }
    const bool isOther = taken == CanvasSubject::Taken::OtherSource;
    const double oldZoom = s.view.zoom;
    if (isOther) {
        s.layers.forget();
        s.pins.spot.reset();
        s.view.fitted = true;
    }
    const auto& now = s.subject.result;
    const QSizeF size = now ? QSizeF(now->frame.width, now->frame.height) : QSizeF();
    if (isOther || size != s.view.picture) {
        s.view.setPicture(size);
    }
    s.viewChanged(oldZoom);
    s.saySummary();
}

void Canvas::setNewestFrame(const Frame& frame) {
    State& s = *m_state;
    s.subject.newest = frame;
    if (s.subject.isOutrun()) {
        s.requestSoon();
    }
}

void Canvas::setMoving(bool moving) {
    m_state->isMoving = moving;
    update();
}

void Canvas::setField(std::optional<FieldSpec> field) {
    m_state->subject.field = std::move(field);
    m_state->requestSoon();
}

void Canvas::setMinus(std::optional<FieldSpec> minus) {
    m_state->subject.minus = std::move(minus);
    m_state->requestSoon();
}

void Canvas::setStyle(const OverlayStyle& style) {
    m_state->subject.style = style;
    m_state->requestSoon();
}

void Canvas::setRendered(const RenderedOverlay& rendered) {
    if (m_state->layers.take(rendered)) {
        update();
        m_state->sayCursor();
        m_state->saySummary();
    }
}

void Canvas::setChip(const QString& text, std::optional<Domain> domain, bool hard) {
    CanvasLabels& labels = m_state->labels;
    labels.chip = text;
    labels.domain = domain;
    labels.isHard = hard;
    update();
}

void Canvas::setChipLeft(double left) {
    m_state->labels.chipLeft = left;
    update();
}

void Canvas::setPlaceholder(const QString& text) {
    m_state->labels.placeholder = text;
    update();
    m_state->saySummary();
}

void Canvas::setPins(std::vector<CanvasPin> pins) {
    if (pins != m_state->pins.pins) {
        m_state->pins.pins = std::move(pins);
        update();
    }
}

void Canvas::setHoverQuery(bool follows) { m_state->pins.isFollowingCursor = follows; }

void Canvas::setGhost(std::optional<QPointF> position) {
    if (position != m_state->labels.ghost) {
        m_state->labels.ghost = position;
        update();
    }
}

void Canvas::setReading(bool shown) {
    m_state->labels.hasReading = shown;
    update();
}

void Canvas::setPlace(const CanvasPlace& place) {
    State& s = *m_state;
    if (s.view.valid()) {
        const double oldZoom = s.view.zoom;
        s.view.setPlace(place);
        s.viewChanged(oldZoom);
    }
}

void Canvas::setMotion(bool on) { CanvasLayers::setMotion(on); }

void Canvas::setRightMargin(int pixels) {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.rightMargin = pixels;
    if (s.view.fitted) {
        s.view.fit();
        s.viewChanged(oldZoom);
    }
}

const CanvasView& Canvas::view() const { return m_state->view; }

const RenderedOverlay& Canvas::rendered() const { return m_state->layers.shown().rendered; }

QSize Canvas::sizeHint() const { return {800, 600}; }

QString Canvas::textSummary() const {
    const State& s = *m_state;
    if (!s.subject.result) {
        return s.labels.placeholder;
    }
    const RenderedOverlay& rendered = s.layers.shown().rendered;
    if (rendered.error) {
        return errorText(*rendered.error);
    }
    if (const ScalarField* field = s.layers.field()) {
        const QString summary = fieldSummary(*field, rendered.statistics ? *rendered.statistics : fieldStatistics(*field));
        const std::optional<int> age = s.layers.staleness();
        return age ? summary + QLatin1Char(' ') + tr("The map is %1 ms older than the picture.").arg(*age) : summary;
    }
    const Frame& frame = s.layers.frame();
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
    s.view.zoomTo(s.view.middle(), 1.0);
    s.view.snap();
    s.movedByPerson(oldZoom);
}

void Canvas::zoomBy(double factor) {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.zoomTo(s.view.middle(), oldZoom * factor);
    s.movedByPerson(oldZoom);
}

void Canvas::setPeek(bool peek) {
    State& s = *m_state;
    if (s.subject.isPeeking == peek) {
        return;
    }
    s.subject.isPeeking = peek;
    s.layers.forgetPlain();
    s.lastRequest.reset();  // its pixels are gone, so that the same picture may be wanted again
    update();
    s.requestSoon();
    s.sayCursor();
    s.saySummary();
}

void Canvas::paintEvent(QPaintEvent* /*event*/) {
    State& s = *m_state;
    if (devicePixelRatioF() != s.view.ratio) {
        s.resize();  // the window has come to a screen of another density
    }
    // Also what became wanted while the canvas was hidden.
    s.requestSoon();
    QPainter painter(this);
    s.paint(painter);
    s.sayPainted();
}

void Canvas::resizeEvent(QResizeEvent* /*event*/) { m_state->resize(); }

void Canvas::focusOutEvent(QFocusEvent* event) {
    // The release of the key which is held would go to whoever has the focus then.
    setPeek(false);
    QWidget::focusOutEvent(event);
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
