#include "widgets/colour_scale.h"

#include <QImage>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPointer>
#include <QScreen>

#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/accessible_view.h"
#include "widgets/colour_scale_panel.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kPadding = 8;
constexpr int kBarWidth = 14;
constexpr int kLabelGap = 6;
constexpr int kLine = 16;
constexpr int kPreferredHeight = 300;
constexpr int kMarkSteps = 20;  // arrow keys from one end to the other

struct Outside {
    double below = 0.0;
    double above = 0.0;
};

Outside outsideOf(const ScalarField& field, ValueRange range) {
    const auto share = [&](auto test) {
        return static_cast<double>(std::count_if(field.values.begin(), field.values.end(), test)) /
               static_cast<double>(std::max<std::size_t>(1, field.values.size()));
    };
    return {share([&](float v) { return v < range.lo; }), share([&](float v) { return v > range.hi; })};
}

// Ends and two ticks between; a diverging scale also has its zero.
std::vector<float> ticksOf(ValueRange range, bool diverging) {
    const float span = range.hi - range.lo;
    if (diverging && range.lo < 0.0F && range.hi > 0.0F) {
        return {range.lo, range.lo / 2.0F, 0.0F, range.hi / 2.0F, range.hi};
    }
    return {range.lo, range.lo + span / 3.0F, range.lo + 2.0F * span / 3.0F, range.hi};
}

QFont smallFont(QFont font) {
    font.setPixelSize(11);
    return font;
}

// A share of values with at most three digits; a few stray values are never rounded to none.
QString percentText(double share) {
    const double percent = 100.0 * share;
    return percent < 0.1 ? QStringLiteral("< 0.1") : numberText(std::round(10.0 * percent) / 10.0);
}

void paintLock(QPainter& painter, QPointF corner) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().secondary, 1.4));
    painter.drawArc(QRectF(corner + QPointF(2.0, 0.0), QSizeF(5.0, 7.0)), 0, 180 * 16);
    painter.fillRect(QRectF(corner + QPointF(0.5, 4.0), QSizeF(8.0, 6.0)), theme().secondary);
    painter.restore();
}

}  // namespace

struct ColourScale::State {
    explicit State(ColourScale& owner) : scale(owner) {}

    ColourScale& scale;
    std::shared_ptr<const ScalarField> field;
    OverlayStyle style;
    RangeMode mode = RangeMode::Auto;
    ValueRange chosenRange;
    Outside outside;
    float mark = std::numeric_limits<float>::quiet_NaN();
    QString announced;
    QPointer<ColourScalePanel> panel;

    [[nodiscard]] ValueRange shownRange() const { return field ? effectiveRange(*field, style) : style.range; }
    [[nodiscard]] ValueRange automaticRange() const {
        OverlayStyle automatic = style;
        automatic.autoRange = true;
        automatic.clipped = false;
        return field ? effectiveRange(*field, automatic) : ValueRange{};
    }
    [[nodiscard]] bool collapsed() const { return shownRange().hi <= shownRange().lo; }
    [[nodiscard]] bool flat() const { return field && field->min == field->max; }
    [[nodiscard]] QString modeText() const;
    [[nodiscard]] QString aboveText() const;
    [[nodiscard]] QStringList notesBelow() const;
    [[nodiscard]] int noteHeight(const QString& note) const;
    [[nodiscard]] QRect barRect() const;
    [[nodiscard]] double rowOf(float value) const;

    void choose(RangeMode newMode, ValueRange range);
    void changed();
    void moveMark(int steps);
    void paintBar(QPainter& painter) const;
    void paintTicks(QPainter& painter) const;
    void paintMark(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
};

QString ColourScale::State::modeText() const {
    switch (mode) {
        case RangeMode::Auto:
            return {};
        case RangeMode::Clipped:  // where clipping means nothing, nothing is said
            return field && field->clippedMax < field->scaleMax ? tr("clipped") : QString();
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

QRect ColourScale::State::barRect() const {
    const int top = kPadding + (aboveText().isEmpty() ? kLine / 2 : kLine + kLine / 2);
    int bottom = scale.height() - kPadding - kLine / 2 - (mode == RangeMode::Auto ? 0 : kLine);
    for (const QString& note : notesBelow()) {
        bottom -= noteHeight(note);
    }
    return {kPadding, top, kBarWidth, std::max(1, bottom - top)};
}

double ColourScale::State::rowOf(float value) const {
    const ValueRange range = shownRange();
    const double t = collapsed() ? 0.0 : std::clamp((value - range.lo) / (range.hi - range.lo), 0.0F, 1.0F);
    const QRect bar = barRect();
    return bar.top() + (1.0 - t) * (bar.height() - 1);
}

void ColourScale::State::choose(RangeMode newMode, ValueRange range) {
    scale.setMode(newMode, range);
    Q_EMIT scale.rangeChanged(newMode, scale.range());
}

void ColourScale::State::changed() {
    outside = field ? outsideOf(*field, shownRange()) : Outside{};
    const ValueRange range = shownRange();
    scale.setToolTip(field ? tr("%1 to %2").arg(exactNumberText(range.lo), exactNumberText(range.hi)) : QString());
    scale.update();
    QString summary = scale.textSummary();
    if (summary != announced) {
        announced = std::move(summary);
        announceSummary(&scale);
    }
}

void ColourScale::State::moveMark(int steps) {
    const ValueRange range = shownRange();
    const float from = std::isnan(mark) ? (range.lo + range.hi) / 2.0F : mark;
    if (!collapsed()) {
        scale.setMark(std::clamp(from + static_cast<float>(steps) * (range.hi - range.lo) / kMarkSteps, range.lo, range.hi));
    }
}

void ColourScale::State::paintBar(QPainter& painter) const {
    const QRect bar = barRect();
    const ColorTable& table = effectiveColormap(*field, style).table;
    // One row per device pixel, so that every painted colour is an entry of the table.
    const int rows = std::max(2, qRound(bar.height() * scale.devicePixelRatioF()));
    const int flatIndex = field->diverging ? 128 : 0;  // as the overlay paints it
    QImage image(1, rows, QImage::Format_RGB32);
    for (int r = 0; r < rows; ++r) {
        const int index = collapsed() ? flatIndex : (255 * (rows - 1 - r) + (rows - 1) / 2) / (rows - 1);
        image.setPixel(0, r, table[static_cast<std::size_t>(index)]);
    }
    painter.drawImage(bar, image);
}

void ColourScale::State::paintTicks(QPainter& painter) const {
    if (collapsed()) {
        return;
    }
    const QRect bar = barRect();
    const int left = bar.right() + 1 + kLabelGap;
    for (const float value : ticksOf(shownRange(), effectiveColormap(*field, style).diverging)) {
        const double row = rowOf(value);
        painter.fillRect(QRectF(bar.right() + 1, std::round(row), value == 0.0F ? 5 : 3, 1), theme().secondary);
        painter.setPen(theme().text);
        painter.drawText(QRectF(left, row - kLine / 2.0, scale.width() - left, kLine), Qt::AlignVCenter | Qt::AlignLeft,
                         numberText(value));
    }
}

void ColourScale::State::paintMark(QPainter& painter) const {
    if (std::isnan(mark)) {
        return;
    }
    const QRect bar = barRect();
    const double row = rowOf(mark);
    painter.fillRect(QRectF(bar.left() - 3, std::round(row) - 1, bar.width() + 6, 3), Qt::black);
    painter.fillRect(QRectF(bar.left() - 2, std::round(row), bar.width() + 4, 1), Qt::white);
    const int left = bar.right() + 1 + kLabelGap;
    const QRectF label(left - 2, row - kLine / 2.0, scale.width() - left - 2, kLine);
    painter.fillRect(label, theme().card);
    painter.setPen(theme().text);
    painter.drawText(label.adjusted(2, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, numberText(mark));
}

void ColourScale::State::paintNotes(QPainter& painter) const {
    const QRect bar = barRect();
    painter.setPen(theme().text);
    painter.drawText(QRect(kPadding, kPadding, scale.width() - kPadding, kLine), Qt::AlignVCenter | Qt::AlignLeft, aboveText());
    int top = bar.bottom() + 1 + kLine / 2;
    for (const QString& note : notesBelow()) {
        const int height = noteHeight(note);
        painter.drawText(QRect(kPadding, top, scale.width() - 2 * kPadding, height), Qt::TextWordWrap, note);
        top += height;
    }
    if (mode != RangeMode::Auto) {
        const bool locked = mode != RangeMode::Clipped;
        if (locked) {
            paintLock(painter, QPointF(kPadding, top + 3));
        }
        painter.drawText(QRect(kPadding + (locked ? 14 : 0), top, scale.width(), kLine), Qt::AlignVCenter | Qt::AlignLeft,
                         modeText());
    }
}

ColourScale::ColourScale(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setAccessibleName(tr("Colour scale"));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

ColourScale::~ColourScale() = default;

void ColourScale::setField(std::shared_ptr<const ScalarField> field, const OverlayStyle& style) {
    m_state->field = std::move(field);
    m_state->style = style;
    // An empty scale takes no clicks from the picture under it.
    setAttribute(Qt::WA_TransparentForMouseEvents, m_state->field == nullptr);
    m_state->changed();
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
            return m_state->shownRange();
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
    QStringList parts(tr("%1 to %2").arg(numberText(s.shownRange().lo), numberText(s.shownRange().hi)));
    if (s.mode != RangeMode::Auto) {
        parts << s.modeText();
    }
    if (!s.aboveText().isEmpty()) {
        parts << s.aboveText();
    }
    return (parts + s.notesBelow()).join(QStringLiteral(", "));
}

QSize ColourScale::sizeHint() const {
    const QFontMetrics metrics(smallFont(font()));
    const QString percent = QStringLiteral("99.9");
    int width = kBarWidth + kLabelGap + metrics.horizontalAdvance(numberText(-1.23e-5));
    for (const QString& note : {tr("%1 % above").arg(percent), tr("%1 % below").arg(percent)}) {
        width = std::max(width, metrics.horizontalAdvance(note));
    }
    return {width + 2 * kPadding, kPreferredHeight};
}

void ColourScale::openPanel() {
    State& s = *m_state;
    if (s.panel || !s.field) {
        return;
    }
    const float clippedMax = s.field->clippedMax;
    s.panel = new ColourScalePanel(s.mode, s.shownRange(), s.automaticRange(), clippedMax, this);
    connect(s.panel, &ColourScalePanel::chosen, this, [this](RangeMode mode, ValueRange range) { m_state->choose(mode, range); });
    s.panel->adjustSize();
    const QRect available = screen()->availableGeometry();
    QPoint place = mapToGlobal(QPoint(-s.panel->width() - kPadding, 0));
    place.setX(std::max(available.left(), place.x()));
    place.setY(std::max(available.top(), std::min(place.y(), available.bottom() - s.panel->height())));
    s.panel->move(place);
    s.panel->show();
}

void ColourScale::paintEvent(QPaintEvent* /*event*/) {
    State& s = *m_state;
    QPainter painter(this);
    if (s.field) {
        QColor backing = theme().window;
        backing.setAlpha(235);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(backing);
        painter.drawRoundedRect(rect(), 7, 7);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setFont(smallFont(font()));
        s.paintBar(painter);
        s.paintTicks(painter);
        s.paintMark(painter);
        s.paintNotes(painter);
    }
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void ColourScale::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        openPanel();
    } else {
        event->ignore();
    }
}

void ColourScale::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            openPanel();
            break;
        case Qt::Key_Up:
            m_state->moveMark(1);
            break;
        case Qt::Key_Down:
            m_state->moveMark(-1);
            break;
        default:
            QWidget::keyPressEvent(event);
    }
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
