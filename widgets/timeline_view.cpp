#include "widgets/timeline_view.h"

#include <QHelpEvent>
#include <QImage>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "engine/render/colormap.h"
#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWidth = 196;
constexpr int kLine = 15;
constexpr int kBars = 72;
constexpr int kMarks = 10;
constexpr int kStrip = 48;
constexpr int kGap = 4;
constexpr double kWidestBar = 24.0;
constexpr int kInset = 4;  // so that the focus ring spares texts and bars

}  // namespace

struct TimelineView::State {
    explicit State(const TimelineView& owner) : view(owner) {}

    const TimelineView& view;
    Timeline timeline;
    QString message;
    QImage strip;  // a column a frame, a row a channel
    float lo = 0.0F;
    float hi = 1.0F;
    float rowMin = 0.0F;
    float rowMax = 0.0F;
    int hovered = -1;

    [[nodiscard]] int count() const { return static_cast<int>(timeline.weights.size()); }
    [[nodiscard]] double weight(int k) const { return static_cast<double>(timeline.weights[static_cast<std::size_t>(k)]); }
    [[nodiscard]] bool hasRows() const { return !strip.isNull(); }
    [[nodiscard]] int barsTop() const { return 2 * kLine + kGap; }
    [[nodiscard]] int marksTop() const { return barsTop() + kBars; }
    [[nodiscard]] int stripTop() const { return marksTop() + kMarks + kLine + kGap; }

    // Seconds before the newest frame, 0 or less.
    [[nodiscard]] double age(int k) const {
        return timeline.timestamps[static_cast<std::size_t>(k)] - timeline.timestamps.back();
    }
    [[nodiscard]] QString ageText(int k) const {
        const double seconds = age(k);
        return tr("%1 s").arg(numberText(std::round(seconds * 100.0) / 100.0 + 0.0));  // no −0
    }

    void take(const Timeline& given);
    void makeStrip();
    [[nodiscard]] double centre(int k) const;
    [[nodiscard]] double barWidth() const;
    [[nodiscard]] double heightOf(double value) const;
    [[nodiscard]] int frameAt(QPointF position) const;
    [[nodiscard]] QString exactText(QPointF position) const;
    void choose(TimelineView& sender, int k);

    void paintBars(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    void paintTimes(QPainter& painter) const;
    void paintStrip(QPainter& painter) const;
};

void TimelineView::State::take(const Timeline& given) {
    timeline = given;
    message.clear();
    lo = 0.0F;
    hi = 0.0F;
    for (const float w : timeline.weights) {
        lo = std::min(lo, w);
        hi = std::max(hi, w);
    }
    if (hi <= lo) {
        hi = 1.0F;  // all weights are zero
    }
    hovered = hovered < count() ? hovered : -1;
    makeStrip();
}

void TimelineView::State::makeStrip() {
    strip = {};
    const auto& rows = timeline.rows;
    if (timeline.channels < 1 || rows.size() != timeline.weights.size() * static_cast<std::size_t>(timeline.channels)) {
        return;
    }
    const auto [least, most] = std::minmax_element(rows.begin(), rows.end());
    rowMin = *least;
    rowMax = *most;
    strip = QImage(count(), timeline.channels, QImage::Format_RGB32);
    const ColorTable& table = findColormap("inferno")->table;
    for (int c = 0; c < timeline.channels; ++c) {
        auto* line = reinterpret_cast<QRgb*>(strip.scanLine(c));
        for (int k = 0; k < count(); ++k) {
            const float value =
                rows[static_cast<std::size_t>(k) * static_cast<std::size_t>(timeline.channels) + static_cast<std::size_t>(c)];
            line[k] = table[static_cast<std::size_t>(colorIndex(value, {rowMin, rowMax}))];
        }
    }
}

// Bars are as wide as the closest two frames allow.
double TimelineView::State::barWidth() const {
    double closest = 2.0 * kWidestBar;
    for (int k = 1; k < count(); ++k) {
        closest = std::min(closest, centre(k) - centre(k - 1));
    }
    return std::clamp(closest * 0.75, 2.0, kWidestBar);
}

double TimelineView::State::centre(int k) const {
    const double span = -age(0);
    const double edge = kInset + kWidestBar / 2.0;
    const double room = view.width() - 2.0 * edge;
    if (count() < 2) {
        return view.width() / 2.0;
    }
    // Without times (all the same) the frames stand side by side.
    const double share = span > 0.0 ? 1.0 + age(k) / span : static_cast<double>(k) / (count() - 1);
    return edge + std::max(0.0, room) * share;
}

double TimelineView::State::heightOf(double value) const {
    const double span = static_cast<double>(hi) - static_cast<double>(lo);
    return marksTop() - kBars * (value - static_cast<double>(lo)) / span;
}

// The frame whose column is nearest; none beside the bars.
int TimelineView::State::frameAt(QPointF position) const {
    const double bottom = hasRows() ? stripTop() + kStrip : marksTop() + kMarks;
    if (count() == 0 || position.y() < barsTop() - kGap || position.y() > bottom) {
        return -1;
    }
    int best = 0;
    for (int k = 1; k < count(); ++k) {
        if (std::abs(centre(k) - position.x()) < std::abs(centre(best) - position.x())) {
            best = k;
        }
    }
    return std::abs(centre(best) - position.x()) <= kWidestBar / 2.0 + 2.0 ? best : -1;
}

QString TimelineView::State::exactText(QPointF position) const {
    const int k = frameAt(position);
    if (k < 0) {
        return {};
    }
    const auto at = static_cast<std::size_t>(k);
    QString text = tr("frame %1 (%2 of %3), %4 s: %5")
                       .arg(timeline.indices.size() > at ? timeline.indices[at] + 1 : at + 1)
                       .arg(k + 1)
                       .arg(count())
                       .arg(exactNumberText(age(k)), exactNumberText(weight(k)));
    if (hasRows() && position.y() >= stripTop()) {
        const int c =
            std::clamp(static_cast<int>((position.y() - stripTop()) / kStrip * timeline.channels), 0, timeline.channels - 1);
        const float value = timeline.rows[at * static_cast<std::size_t>(timeline.channels) + static_cast<std::size_t>(c)];
        text += QLatin1Char('\n') + tr("channel %1: %2").arg(c).arg(exactNumberText(static_cast<double>(value)));
    }
    return text;
}

void TimelineView::State::choose(TimelineView& sender, int k) {
    if (k < 0 || k >= count()) {
        return;
    }
    timeline.shown = k;
    sender.update();
    announceSummary(&sender);
    Q_EMIT sender.frameChosen(k);
}

void TimelineView::State::paintBars(QPainter& painter) const {
    const Theme& t = theme();
    const QColor quiet = mixed(t.card, t.temporal, 0.55);
    painter.setPen(Qt::NoPen);
    for (int k = 0; k < count(); ++k) {
        painter.setBrush(k == timeline.shown ? t.temporal : k == hovered ? mixed(quiet, t.text, 0.25) : quiet);
        painter.drawRect(view.barRect(k));
    }
    painter.fillRect(QRectF(0.0, heightOf(0.0), view.width(), 1.0), mixed(t.card, t.secondary, 0.6));
    drawLine(painter, QRect(kInset, 1, view.width() - 2 * kInset, kLine), engineText(timeline.what), t.secondary);
    // The true ends of the bars at the left, the weight of the frame which is shown or under the mouse at the right.
    const int named = hovered >= 0 ? hovered : std::clamp(timeline.shown, 0, count() - 1);
    const QString value = tr("%1: %2").arg(ageText(named), numberText(weight(named)));
    const int extent = painter.fontMetrics().horizontalAdvance(value);
    drawLine(painter, QRect(view.width() - kInset - extent, kLine, extent, kLine), value, t.text, Qt::AlignRight);
    const QString high = numberText(static_cast<double>(hi));
    const QString ends = lo < 0.0F ? tr("%1 to %2").arg(numberText(static_cast<double>(lo)), high) : high;
    drawLine(painter, QRect(kInset, kLine, view.width() - 2 * kInset - extent - 8, kLine), ends, t.secondary);
}

// A filled triangle points at the frame which is shown; the frame which asks has an open diamond.
void TimelineView::State::paintMarks(QPainter& painter) const {
    const Theme& t = theme();
    const bool both = timeline.asking == timeline.shown;
    const double y = marksTop() + 1.0;
    if (timeline.shown >= 0 && timeline.shown < count()) {
        const double x = centre(timeline.shown) - (both ? 6.0 : 0.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.text);
        painter.drawPolygon(QPolygonF({{x - 4.0, y + 8.0}, {x + 4.0, y + 8.0}, {x, y + 1.0}}));
    }
    if (timeline.asking >= 0 && timeline.asking < count()) {
        const double x = centre(timeline.asking) + (both ? 6.0 : 0.0);
        painter.setPen(QPen(t.text, 1.4));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolygon(QPolygonF({{x, y + 0.5}, {x + 4.0, y + 4.5}, {x, y + 8.5}, {x - 4.0, y + 4.5}}));
    }
}

// Seconds before the newest frame; the ends first, then what finds room between them.
void TimelineView::State::paintTimes(QPainter& painter) const {
    std::vector<int> wanted{count() - 1, 0, timeline.shown};
    for (int k = 1; k + 1 < count(); ++k) {
        wanted.push_back(k);
    }
    std::vector<QRectF> taken;
    for (const int k : wanted) {
        if (k < 0 || k >= count()) {
            continue;
        }
        const QString text = ageText(k);
        const double extent = painter.fontMetrics().horizontalAdvance(text);
        const double left =
            std::clamp(centre(k) - extent / 2.0, 0.0 + kInset, std::max(0.0 + kInset, view.width() - kInset - extent));
        const QRectF box(left, marksTop() + kMarks, extent, kLine);
        const QRectF spaced = box.adjusted(-6.0, 0.0, 6.0, 0.0);
        if (std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return spaced.intersects(other); })) {
            taken.push_back(box);
            drawLine(painter, box.toAlignedRect(), text, k == timeline.shown ? theme().text : theme().secondary,
                     Qt::AlignHCenter);
        }
    }
}

void TimelineView::State::paintStrip(QPainter& painter) const {
    const double width = barWidth();
    for (int k = 0; k < count(); ++k) {
        painter.drawImage(QRectF(centre(k) - width / 2.0, stripTop(), width, kStrip), strip,
                          QRectF(k, 0.0, 1.0, timeline.channels));
    }
    // The scale of the strip with its true ends.
    const QRect line(kInset, stripTop() + kStrip + 2, view.width() - 2 * kInset, kLine);
    const QString low = numberText(static_cast<double>(rowMin));
    const QString high = numberText(static_cast<double>(rowMax));
    const QString channels = tr("%1 channels").arg(timeline.channels);
    const int right = line.right() - painter.fontMetrics().horizontalAdvance(high);
    const int left = right - kGap - 48;
    drawLine(painter, QRect(right + 1, line.top(), line.right() - right, kLine), high, theme().secondary, Qt::AlignRight);
    QLinearGradient ramp(left, 0.0, left + 48.0, 0.0);
    const ColorTable& table = findColormap("inferno")->table;
    for (int n = 0; n <= 8; ++n) {
        ramp.setColorAt(n / 8.0, QColor(table[static_cast<std::size_t>(n * 255 / 8)]));
    }
    painter.fillRect(QRectF(left, line.top() + 4.0, 48.0, 7.0), ramp);
    const int lowWidth = painter.fontMetrics().horizontalAdvance(low);
    drawLine(painter, QRect(left - kGap - lowWidth, line.top(), lowWidth, kLine), low, theme().secondary);
    drawLine(painter, QRect(kInset, line.top(), left - 3 * kGap - lowWidth - kInset, kLine), channels, theme().secondary);
}

TimelineView::TimelineView(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

TimelineView::~TimelineView() = default;

void TimelineView::setTimeline(const Timeline& timeline) {
    if (timeline.weights.empty() || timeline.timestamps.size() != timeline.weights.size()) {
        setMessage({});
        return;
    }
    const bool otherShape = m_state->timeline.channels != timeline.channels || m_state->timeline.weights.empty();
    m_state->take(timeline);
    if (otherShape) {
        updateGeometry();
    }
    update();
    announceSummary(this);
}

void TimelineView::setMessage(const QString& message) {
    m_state->timeline = {};
    m_state->strip = {};
    m_state->hovered = -1;
    m_state->message = message;
    updateGeometry();
    update();
    announceSummary(this);
}

QString TimelineView::textSummary() const {
    const State& s = *m_state;
    if (s.count() == 0) {
        return s.message.isEmpty() ? tr("Choose a temporal mechanism to see how much each frame weighs.") : s.message;
    }
    const auto& weights = s.timeline.weights;
    const int most = static_cast<int>(std::max_element(weights.begin(), weights.end()) - weights.begin());
    QString text = tr("frame %1 of %2, %3 s ago, has the most weight: %4.")
                       .arg(most + 1)
                       .arg(s.count())
                       .arg(numberText(std::round(-s.age(most) * 100.0) / 100.0), numberText(s.weight(most)));
    const int shown = s.timeline.shown;
    if (shown >= 0 && shown < s.count()) {
        text += QLatin1Char(' ') + tr("Shown: frame %1 with %2.").arg(shown + 1).arg(numberText(s.weight(shown)));
    }
    if (s.timeline.asking >= 0 && s.timeline.asking < s.count()) {
        text += QLatin1Char(' ') + tr("Asking: frame %1.").arg(s.timeline.asking + 1);
    }
    return text;
}

QSize TimelineView::sizeHint() const {
    const State& s = *m_state;
    return {kWidth, s.hasRows() ? s.stripTop() + kStrip + 2 + kLine + 2 : s.marksTop() + kMarks + kLine + 2};
}

QSize TimelineView::minimumSizeHint() const { return {120, sizeHint().height()}; }

QRectF TimelineView::barRect(int frame) const {
    const State& s = *m_state;
    if (frame < 0 || frame >= s.count()) {
        return {};
    }
    const double width = s.barWidth();
    const double zero = s.heightOf(0.0);
    const double end = s.heightOf(s.weight(frame));
    return {s.centre(frame) - width / 2.0, std::min(zero, end), width, std::abs(zero - end)};
}

QRectF TimelineView::cellRect(int frame, int channel) const {
    const State& s = *m_state;
    if (!s.hasRows() || frame < 0 || frame >= s.count() || channel < 0 || channel >= s.timeline.channels) {
        return {};
    }
    const double width = s.barWidth();
    const double height = static_cast<double>(kStrip) / s.timeline.channels;
    return {s.centre(frame) - width / 2.0, s.stripTop() + channel * height, width, height};
}

bool TimelineView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = m_state->exactText(help->pos());
    if (text.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(help->globalPos(), text, this);
    }
    return true;
}

void TimelineView::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    if (s.count() == 0) {
        painter.setPen(theme().secondary);
        painter.drawText(rect().adjusted(4, 0, -4, 0), Qt::AlignCenter | Qt::TextWordWrap, textSummary());
    } else {
        painter.setRenderHint(QPainter::Antialiasing);
        s.paintBars(painter);
        s.paintMarks(painter);
        s.paintTimes(painter);
        if (s.hasRows()) {
            s.paintStrip(painter);
        }
    }
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
    const int k = event->button() == Qt::LeftButton ? m_state->frameAt(event->position()) : -1;
    if (k < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    m_state->choose(*this, k);
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
    const int k = m_state->frameAt(event->position());
    if (k != m_state->hovered) {
        m_state->hovered = k;
        update();
    }
}

void TimelineView::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    update();
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int last = s.count() - 1;
    switch (event->key()) {
        case Qt::Key_Left:
            s.choose(*this, std::max(0, s.timeline.shown - 1));
            return;
        case Qt::Key_Right:
            s.choose(*this, std::min(last, s.timeline.shown + 1));
            return;
        case Qt::Key_Home:
            s.choose(*this, 0);
            return;
        case Qt::Key_End:
            s.choose(*this, last);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void TimelineView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
