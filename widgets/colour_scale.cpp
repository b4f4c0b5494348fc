#include "widgets/colour_scale.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScreen>

#include <algorithm>
#include <cmath>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/colour_scale_state.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kPreferredHeight = 300;
constexpr int kMarkSteps = 20;   // arrow keys from one end to the other
constexpr int kEndSteps = 100;   // the same of an end
constexpr int kPageSteps = 10;   // arrow keys in a page key
constexpr double kReach = 4.0;   // a handle is a little larger for the mouse than for the eye
constexpr double kApart = 0.01;  // least share of the axis between the ends

// A share of values with at most three digits; a few stray values are never rounded to none.
QString percentText(double share) {
    const double percent = 100.0 * share;
    return percent < 0.1 ? QStringLiteral("< 0.1") : numberText(std::round(10.0 * percent) / 10.0);
}

float narrowed(double value) {
    constexpr double kMost = std::numeric_limits<float>::max();
    return static_cast<float>(std::clamp(value, -kMost, kMost));
}

double shareOf(const ScalarField& field, bool (*test)(float, ValueRange), ValueRange range) {
    std::size_t cells = 0;
    std::size_t held = 0;
    for (const float v : field.values) {
        cells += std::isnan(v) ? 0 : 1;
        held += test(v, range) ? 1 : 0;
    }
    return static_cast<double>(held) / static_cast<double>(std::max<std::size_t>(1, cells));
}

}  // namespace

ValueRange ColourScale::State::automaticRange() const {
    OverlayStyle automatic = style;
    automatic.autoRange = true;
    automatic.clipped = false;
    return field ? effectiveRange(*field, automatic) : ValueRange{};
}

/// The style with the range which was chosen here, though the one shown may still have another.
OverlayStyle ColourScale::State::chosenStyle() const {
    OverlayStyle out = style;
    out.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    out.clipped = mode == RangeMode::Clipped;
    out.range = out.autoRange ? out.range : chosenRange;
    return out;
}

QString ColourScale::State::modeText() const {
    switch (mode) {
        case RangeMode::Auto:
            return {};
        case RangeMode::Clipped:  // where clipping means nothing, nothing is said
            return field && shownRange != automaticRange() ? tr("clipped") : QString();
        case RangeMode::Locked:
            return tr("locked");
        case RangeMode::Typed:
            return tr("typed");
    }
    return {};
}

QString ColourScale::State::aboveText() const {
    return outside.above > 0.0 && !collapsed() ? tr("%1 % above").arg(percentText(outside.above)) : QString();
}

QStringList ColourScale::State::notesBelow() const {
    QStringList notes;
    if (outside.below > 0.0 && !collapsed()) {
        notes << tr("%1 % below").arg(percentText(outside.below));
    }
    if (flat()) {
        notes << tr("flat: %1 everywhere").arg(numberText(field->min));
    }
    return notes;
}

int ColourScale::State::noteHeight(const QString& note) const {
    const QRect room(0, 0, scale.width() - 2 * kPadding, 100 * kLine);
    return QFontMetrics(smallFont(scale.font())).boundingRect(room, Qt::TextWordWrap, note).height();
}

/// The notes above and below have their room whether they are there or not: a bar which jumps cannot be dragged.
QRect ColourScale::State::barRect() const {
    const int top = kPadding + kLine + kLine / 2;
    int notes = modeText().isEmpty() ? 0 : kLine;
    for (const QString& note : notesBelow()) {
        notes += noteHeight(note);
    }
    const int bottom = scale.height() - kPadding - kLine / 2 - std::max(notes, 2 * kLine);
    return {kPadding + kHistogram + kHistogramGap, top, kBarWidth, std::max(2, bottom - top)};
}

double ColourScale::State::rowOf(double value) const {
    const ValueRange range = axis();
    const double span = static_cast<double>(range.hi) - range.lo;
    const double t = span > 0.0 ? std::clamp((value - range.lo) / span, 0.0, 1.0) : 0.0;
    const QRect bar = barRect();
    return bar.top() + (1.0 - t) * (bar.height() - 1);
}

/// What lies beyond the bar goes on at its measure.
double ColourScale::State::valueAt(double row) const {
    const QRect bar = barRect();
    const ValueRange range = axis();
    const double t = 1.0 - (row - bar.top()) / (bar.height() - 1);
    return range.lo + t * (static_cast<double>(range.hi) - range.lo);
}

QRectF ColourScale::State::handleRect(End end) const {
    const QRect bar = barRect();
    const double row = end == End::High ? rowOf(shownRange.hi) - 1.0 - kHandle : rowOf(shownRange.lo) + 2.0;
    return {bar.left() - 3.0, row, bar.width() + 6.0, static_cast<double>(kHandle)};
}

ColourScale::State::End ColourScale::State::endAt(QPointF place) const {
    for (const End end : {End::High, End::Low}) {
        if (hasHandles() && handleRect(end).adjusted(-kReach, -kReach, kReach, kReach).contains(place)) {
            return end;
        }
    }
    return End::None;
}

void ColourScale::State::choose(RangeMode newMode, ValueRange range) {
    scale.setMode(newMode, range);
    Q_EMIT scale.rangeChanged(newMode, scale.range());
}

void ColourScale::State::edit(const OverlayStyle& edited) {
    copyEdited(edited, style);
    changed();
    Q_EMIT scale.styleEdited(chosenStyle());
}

void ColourScale::State::changed() {
    shownRange = field ? effectiveRange(*field, style) : style.range;
    outside = {};
    if (field) {
        outside.below = shareOf(
            *field, [](float v, ValueRange range) { return v < range.lo; }, shownRange);
        outside.above = shareOf(
            *field, [](float v, ValueRange range) { return v > range.hi; }, shownRange);
    }
    scale.setToolTip(field ? tr("%1 to %2").arg(exactNumberText(shownRange.lo), exactNumberText(shownRange.hi)) : QString());
    scale.update();
    QString summary = scale.textSummary();
    if (summary != announced) {
        announced = std::move(summary);
        announceSummary(&scale);
    }
}

void ColourScale::State::hover(End end) {
    if (hoveredEnd != end) {
        hoveredEnd = end;
        scale.setCursor(end == End::None ? Qt::PointingHandCursor : Qt::SizeVerCursor);
        scale.update();
    }
}

void ColourScale::State::focusEnd(End end) {
    if (focusedEnd != end) {
        focusedEnd = end;
        changed();
    }
}

void ColourScale::State::moveEnd(End end, double value) {
    const ValueRange before = shownRange;
    const double span = static_cast<double>(axis().hi) - axis().lo;
    ValueRange range = before;
    if (field->diverging && before.lo == -before.hi) {
        range.hi = narrowed(std::max(end == End::High ? value : -value, kApart * span / 2.0));
        range.lo = -range.hi;
    } else if (end == End::High) {
        range.hi = narrowed(std::max(value, before.lo + kApart * span));
    } else {
        range.lo = narrowed(std::min(value, before.hi - kApart * span));
    }
    if (range.lo < range.hi && range != before) {
        choose(RangeMode::Typed, range);
    }
}

void ColourScale::State::stepEnd(int steps) {
    if (!hasHandles() || focusedEnd == End::None) {
        return;
    }
    // The pixels of the step before may still be on their way.
    if (mode == RangeMode::Typed && shownRange != chosenRange) {
        scale.setMode(mode, chosenRange);
    }
    const double step = (static_cast<double>(shownRange.hi) - shownRange.lo) / kEndSteps;
    moveEnd(focusedEnd, (focusedEnd == End::High ? shownRange.hi : shownRange.lo) + steps * step);
}

void ColourScale::State::resetEnd(End end) {
    const ValueRange automatic = automaticRange();
    ValueRange range = shownRange;
    (end == End::High ? range.hi : range.lo) = end == End::High ? automatic.hi : automatic.lo;
    const bool together = field->diverging && shownRange.lo == -shownRange.hi;
    if (together || range == automatic || !(range.lo < range.hi)) {
        choose(RangeMode::Auto, automatic);
    } else {
        choose(RangeMode::Typed, range);
    }
}

void ColourScale::State::moveMark(int steps) {
    const ValueRange range = shownRange;
    const float from = std::isnan(mark) ? (range.lo + range.hi) / 2.0F : mark;
    if (!collapsed()) {
        scale.setMark(std::clamp(from + static_cast<float>(steps) * (range.hi - range.lo) / kMarkSteps, range.lo, range.hi));
    }
}

void copyEdited(const OverlayStyle& from, OverlayStyle& to) {
    to.colormap = from.colormap;
    to.divergingColormap = from.divergingColormap;
    to.mode = from.mode;
    to.thresholded = from.thresholded;
    to.threshold = from.threshold;
    to.contours = from.contours;
    to.clipShare = from.clipShare;
}

ColourScale::ColourScale(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setAccessibleName(tr("Colour scale"));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setMouseTracking(true);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

ColourScale::~ColourScale() = default;

void ColourScale::setField(std::shared_ptr<const ScalarField> field, const OverlayStyle& style,
                           std::shared_ptr<const FieldStatistics> statistics) {
    State& s = *m_state;
    s.field = std::move(field);
    s.statistics = std::move(statistics);
    s.style = style;
    if (!s.field) {
        s.drag.reset();
    } else if (s.drag) {  // these pixels were asked for before the mouse came here
        s.style = s.chosenStyle();
    }
    // An empty scale takes no clicks from the picture under it.
    setAttribute(Qt::WA_TransparentForMouseEvents, s.field == nullptr);
    s.changed();
}

RangeMode ColourScale::mode() const { return m_state->mode; }

void ColourScale::setMode(RangeMode mode, ValueRange range) {
    State& s = *m_state;
    s.mode = mode;
    s.chosenRange = range;
    // Shown at once; the canvas follows when its pixels come.
    s.style.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    s.style.clipped = mode == RangeMode::Clipped;
    s.style.range = range;
    s.changed();
}

ValueRange ColourScale::range() const {
    switch (m_state->mode) {
        case RangeMode::Auto:
            return m_state->automaticRange();
        case RangeMode::Clipped:
            return m_state->shownRange;
        case RangeMode::Locked:
        case RangeMode::Typed:
            break;
    }
    return m_state->chosenRange;
}

void ColourScale::setMark(float value) {
    State& s = *m_state;
    if (s.mark != value && !(std::isnan(s.mark) && std::isnan(value))) {
        s.mark = value;
        update();
    }
}

QString ColourScale::textSummary() const {
    const State& s = *m_state;
    if (!s.field) {
        return tr("No map is shown.");
    }
    if (s.flat()) {
        return tr("flat: %1 everywhere").arg(numberText(s.field->min));
    }
    QStringList parts(tr("%1 to %2").arg(numberText(s.shownRange.lo), numberText(s.shownRange.hi)));
    if (!s.modeText().isEmpty()) {
        parts << s.modeText();
    }
    if (!s.aboveText().isEmpty()) {
        parts << s.aboveText();
    }
    parts << s.notesBelow();
    if (s.style.thresholded) {
        const QString value = numberText(s.style.threshold);
        parts << (s.field->diverging ? tr("weaker than %1 hidden").arg(value) : tr("below %1 hidden").arg(value));
    }
    if (s.focusedEnd != State::End::None) {
        parts << (s.focusedEnd == State::End::High ? tr("upper end chosen") : tr("lower end chosen"));
    }
    return parts.join(QStringLiteral(", "));
}

QSize ColourScale::sizeHint() const {
    const QFontMetrics metrics(smallFont(font()));
    const QString percent = QStringLiteral("99.9");
    int width = State::kHistogram + State::kHistogramGap + State::kBarWidth + State::kLabelGap +
                metrics.horizontalAdvance(numberText(-1.23e-5));
    for (const QString& note : {tr("%1 % above").arg(percent), tr("%1 % below").arg(percent)}) {
        width = std::max(width, metrics.horizontalAdvance(note));
    }
    return {width + 2 * State::kPadding, kPreferredHeight};
}

void ColourScale::openPanel() {
    State& s = *m_state;
    if (s.panel || !s.field) {
        return;
    }
    s.panel = new ColourScalePanel({s.mode, s.shownRange, s.field, s.style}, this);
    connect(s.panel, &ColourScalePanel::chosen, this, [this](RangeMode mode, ValueRange range) { m_state->choose(mode, range); });
    connect(s.panel, &ColourScalePanel::edited, this, [this](const OverlayStyle& style) { m_state->edit(style); });
    s.panel->adjustSize();
    const QRect available = screen()->availableGeometry();
    QPoint place = mapToGlobal(QPoint(-s.panel->width() - State::kPadding, 0));
    place.setX(std::max(available.left(), place.x()));
    place.setY(std::max(available.top(), std::min(place.y(), available.bottom() - s.panel->height())));
    s.panel->move(place);
    s.panel->show();
}

void ColourScale::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    if (m_state->field) {
        m_state->paint(painter);
    }
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void ColourScale::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    const State::End end = s.endAt(event->position());
    s.focusEnd(end);
    if (end == State::End::None) {
        openPanel();
    } else {
        s.drag = State::Drag{end, s.shownRange,
                             event->position().y() - s.rowOf(end == State::End::High ? s.shownRange.hi : s.shownRange.lo)};
        update();
    }
}

void ColourScale::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    if (s.drag) {
        s.moveEnd(s.drag->end, s.valueAt(event->position().y() - s.drag->offset));
    } else {
        s.hover(s.endAt(event->position()));
    }
}

void ColourScale::mouseReleaseEvent(QMouseEvent* event) {
    State& s = *m_state;
    if (s.drag && event->button() == Qt::LeftButton) {
        s.drag.reset();  // the range fills the bar again
        s.hover(s.endAt(event->position()));
        s.changed();
    }
}

void ColourScale::mouseDoubleClickEvent(QMouseEvent* event) {
    const State::End end = m_state->endAt(event->position());
    if (event->button() == Qt::LeftButton && end != State::End::None) {
        m_state->resetEnd(end);
    } else {
        mousePressEvent(event);
    }
}

void ColourScale::leaveEvent(QEvent* event) {
    m_state->hover(m_state->drag ? m_state->drag->end : State::End::None);
    QWidget::leaveEvent(event);
}

void ColourScale::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const bool onEnd = s.hasHandles() && s.focusedEnd != State::End::None;
    const auto step = [&](int steps) { onEnd ? s.stepEnd(steps) : s.moveMark(steps); };
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            openPanel();
            return;
        case Qt::Key_Up:
            step(1);
            return;
        case Qt::Key_Down:
            step(-1);
            return;
        case Qt::Key_PageUp:
            step(kPageSteps);
            return;
        case Qt::Key_PageDown:
            step(-kPageSteps);
            return;
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            if (onEnd) {
                s.resetEnd(s.focusedEnd);
                return;
            }
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

void ColourScale::focusInEvent(QFocusEvent* event) {
    if (event->reason() == Qt::BacktabFocusReason && m_state->hasHandles()) {
        m_state->focusEnd(State::End::Low);
    }
    QWidget::focusInEvent(event);
}

void ColourScale::focusOutEvent(QFocusEvent* event) {
    if (event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason) {
        m_state->focusEnd(State::End::None);
    }
    QWidget::focusOutEvent(event);
}

/// Tab goes from the scale to its upper and its lower end, and on from there.
bool ColourScale::focusNextPrevChild(bool next) {
    using End = State::End;
    State& s = *m_state;
    if (hasFocus() && s.hasHandles()) {
        const End order[] = {End::None, End::High, End::Low};
        const auto now = std::find(std::begin(order), std::end(order), s.focusedEnd) - std::begin(order);
        const auto wanted = now + (next ? 1 : -1);
        if (wanted >= 0 && wanted < std::ssize(order)) {
            s.focusEnd(order[wanted]);
            return true;
        }
    }
    return QWidget::focusNextPrevChild(next);
}

void ColourScale::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Colour scale"));
        if (m_state->panel) {
            m_state->panel->close();
        }
        updateGeometry();
        m_state->changed();
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
