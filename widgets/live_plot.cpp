#include "widgets/live_plot.h"

#include <QHelpEvent>
#include <QPainter>
#include <QTimer>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWidth = 196;
constexpr int kHeight = 144;
constexpr int kLine = 15;
constexpr int kGutter = 34;  // right of the stacks, for the names of the lines
constexpr int kMost = 120;   // overlays
constexpr int kStages = 5;
constexpr int kRepaintMilliseconds = 100;
constexpr double kThirtyASecond = 1000.0 / 30.0;
constexpr double kTenASecond = 100.0;

using Stages = std::array<double, kStages>;

// Waited, features, mechanism, drawing, and what else passed until the pixels were on the screen.
Stages stagesOf(const LiveFrame& f) {
    const double known = f.waited + f.features + f.module + f.render;
    return {f.waited, f.features, f.module, f.render, std::max(0.0, f.latency - known)};
}

double totalOf(const LiveFrame& f) { return std::max(f.latency, f.waited + f.features + f.module + f.render); }

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0.0;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Shades of one hue and greys: the colours of the domains mean something else. Neighbours differ in brightness.
QColor stageColour(int stage) {
    const Theme& t = theme();
    switch (stage) {
        case 0:
            return mixed(t.card, t.secondary, 0.35);
        case 1:
            return mixed(t.card, t.focus, 0.55);
        case 2:
            return t.focus;
        case 3:
            return mixed(t.focus, t.text, 0.65);
        default:
            return mixed(t.card, t.secondary, 0.65);
    }
}

}  // namespace

struct LivePlot::State {
    explicit State(const LivePlot& owner) : view(owner) {}

    const LivePlot& view;
    LiveStats stats;  // as painted
    LiveStats next;   // told since
    bool waiting = false;
    QTimer pause;
    Stages medians = {};
    double top = 1.0;  // milliseconds at the top of the plot: the slowest overlay shown

    [[nodiscard]] int count() const { return static_cast<int>(stats.recent.size()); }
    [[nodiscard]] QString stageName(int stage) const {
        const QString names[] = {tr("waiting"), tr("features"), tr("mechanism"), tr("drawing"), tr("rest")};
        return names[stage];
    }

    void take(const LiveStats& given) {
        stats = given;
        if (stats.recent.size() > kMost) {
            stats.recent.erase(stats.recent.begin(), stats.recent.end() - kMost);
        }
        top = 0.0;
        std::array<std::vector<double>, kStages> columns;
        for (const LiveFrame& f : stats.recent) {
            top = std::max(top, totalOf(f));
            const Stages stages = stagesOf(f);
            for (std::size_t k = 0; k < stages.size(); ++k) {
                columns[k].push_back(stages[k]);
            }
        }
        top = top > 0.0 ? top : 1.0;
        for (std::size_t k = 0; k < columns.size(); ++k) {
            medians[k] = median(std::move(columns[k]));
        }
    }

    [[nodiscard]] int legendColumns() const { return view.width() >= 480 ? 5 : view.width() >= 260 ? 3 : 2; }
    [[nodiscard]] QRect plot() const {
        const int legendLines = (kStages + legendColumns() - 1) / legendColumns();
        const int lines = legendLines + (stats.autoSized ? 1 : 0);
        return {0, kLine + 2, std::max(1, view.width() - kGutter), kHeight - kLine - 2 - 6 - lines * kLine};
    }
    [[nodiscard]] double yOf(double milliseconds) const { return plot().bottom() + 1 - plot().height() * milliseconds / top; }
    [[nodiscard]] int overlayAt(int x) const {
        const int k = static_cast<int>(std::floor((x - view.stackRect(0).left()) * kMost / plot().width()));
        return k >= 0 && k < count() ? k : -1;
    }

    [[nodiscard]] QString exactText(int overlay) const;
    void paintStacks(QPainter& painter) const;
    void paintRateLines(QPainter& painter) const;
    void paintLegend(QPainter& painter) const;
};

QString LivePlot::State::exactText(int overlay) const {
    const LiveFrame& f = stats.recent[static_cast<std::size_t>(overlay)];
    QStringList lines{tr("overlay of frame %1: %2 ms from capture to screen").arg(f.sequence).arg(exactNumberText(f.latency))};
    const Stages stages = stagesOf(f);
    for (int k = 0; k < kStages; ++k) {
        lines << tr("%1 %2 ms").arg(stageName(k), exactNumberText(stages[static_cast<std::size_t>(k)]));
    }
    if (f.interval > 0.0) {
        lines << tr("%1 ms after the overlay before").arg(exactNumberText(f.interval));
    }
    return lines.join(QLatin1Char('\n'));
}

void LivePlot::State::paintStacks(QPainter& painter) const {
    std::array<QColor, kStages> colours;
    for (int k = 0; k < kStages; ++k) {
        colours[static_cast<std::size_t>(k)] = stageColour(k);
    }
    for (int n = 0; n < count(); ++n) {
        const Stages stages = stagesOf(stats.recent[static_cast<std::size_t>(n)]);
        const QRectF stack = view.stackRect(n);
        double below = 0.0;
        for (std::size_t k = 0; k < stages.size(); ++k) {
            const double lower = yOf(below);
            below += stages[k];
            painter.fillRect(QRectF(QPointF(stack.left(), yOf(below)), QPointF(stack.right(), lower)), colours[k]);
        }
    }
}

void LivePlot::State::paintRateLines(QPainter& painter) const {
    const Theme& t = theme();
    for (const auto& [milliseconds, name] : {std::pair{kThirtyASecond, tr("30/s")}, std::pair{kTenASecond, tr("10/s")}}) {
        if (milliseconds > top) {
            continue;
        }
        const double y = std::round(yOf(milliseconds));
        painter.setPen(QPen(mixed(t.card, t.text, 0.75), 1.0, Qt::DashLine));
        painter.drawLine(QPointF(0.0, y + 0.5), QPointF(plot().width(), y + 0.5));
        drawLine(painter, QRect(plot().width() + 4, static_cast<int>(y) - kLine / 2, kGutter - 4, kLine), name, t.secondary);
    }
}

void LivePlot::State::paintLegend(QPainter& painter) const {
    const Theme& t = theme();
    const int columns = legendColumns();
    const int width = view.width() / columns;
    const int first = plot().bottom() + 1 + 4;
    for (int k = 0; k < kStages; ++k) {
        const QRect box(k % columns * width, first + k / columns * kLine, width - 6, kLine);
        painter.fillRect(QRect(box.left(), box.top() + 4, 8, 8), stageColour(k));
        const QString value = numberText(medians[static_cast<std::size_t>(k)]);
        const int extent = painter.fontMetrics().horizontalAdvance(value);
        drawLine(painter, box.adjusted(12, 0, -extent - 4, 0), stageName(k), t.secondary);
        drawLine(painter, box, value, t.text, Qt::AlignRight);
    }
    if (stats.autoSized) {
        drawLine(painter, QRect(0, kHeight - kLine, view.width(), kLine),
                 tr("input lowered to %1 px to keep the rate").arg(stats.workingSide), t.text);
    }
}

LivePlot::LivePlot(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFixedHeight(kHeight);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_state->pause.setSingleShot(true);
    connect(&m_state->pause, &QTimer::timeout, this, [this] {
        if (m_state->waiting) {
            m_state->waiting = false;
            m_state->take(m_state->next);
            update();
            m_state->pause.start(kRepaintMilliseconds);
        }
    });
}

LivePlot::~LivePlot() = default;

void LivePlot::setStats(const LiveStats& stats) {
    State& s = *m_state;
    if (s.pause.isActive()) {
        s.next = stats;
        s.waiting = true;
        return;
    }
    s.take(stats);
    update();
    s.pause.start(kRepaintMilliseconds);
}

QString LivePlot::textSummary() const {
    const State& s = *m_state;
    if (!s.stats.valid || s.count() == 0) {
        return tr("A live source fills this card with the time each overlay takes.");
    }
    QString text = tr("From capture to screen: half within %1 ms, 95 % within %2 ms.")
                       .arg(numberText(s.stats.latencyMedian), numberText(s.stats.latencyP95));
    QStringList parts;
    for (int k = 0; k < kStages; ++k) {
        parts << tr("%1 %2 ms").arg(s.stageName(k), numberText(s.medians[static_cast<std::size_t>(k)]));
    }
    text += QLatin1Char(' ') + tr("Medians: %1.").arg(parts.join(QStringLiteral(", ")));
    if (s.stats.autoSized) {
        text += QLatin1Char(' ') + tr("input lowered to %1 px to keep the rate").arg(s.stats.workingSide);
    }
    return text;
}

QSize LivePlot::sizeHint() const { return {kWidth, kHeight}; }

QSize LivePlot::minimumSizeHint() const { return {120, kHeight}; }

QRectF LivePlot::stackRect(int overlay) const {
    const State& s = *m_state;
    const double step = static_cast<double>(s.plot().width()) / kMost;
    const double left = (kMost - s.count() + overlay) * step;
    if (overlay < 0 || overlay >= s.count()) {
        return {left, static_cast<double>(s.plot().bottom() + 1), step, 0.0};
    }
    const double y = s.yOf(totalOf(s.stats.recent[static_cast<std::size_t>(overlay)]));
    return {left, y, step, s.plot().bottom() + 1 - y};
}

bool LivePlot::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const int overlay = m_state->plot().contains(help->pos()) ? m_state->overlayAt(help->pos().x()) : -1;
    if (overlay < 0) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(help->globalPos(), m_state->exactText(overlay), this);
    }
    return true;
}

void LivePlot::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    const Theme& t = theme();
    if (!s.stats.valid || s.count() == 0) {
        painter.setPen(t.secondary);
        painter.drawText(rect().adjusted(4, 0, -4, 0), Qt::AlignCenter | Qt::TextWordWrap, textSummary());
        return;
    }
    const QString scale = tr("%1 ms").arg(numberText(s.top));
    const QString named = tr("median %1, p95 %2").arg(numberText(s.stats.latencyMedian), numberText(s.stats.latencyP95));
    const int extent = painter.fontMetrics().horizontalAdvance(scale);
    drawLine(painter, QRect(0, 0, extent, kLine), scale, t.secondary);
    drawLine(painter, QRect(extent + 8, 0, width() - extent - 8, kLine), named, t.text, Qt::AlignRight);
    s.paintStacks(painter);
    painter.fillRect(QRect(0, s.plot().bottom() + 1, s.plot().width(), 1), mixed(t.card, t.secondary, 0.6));
    s.paintRateLines(painter);
    s.paintLegend(painter);
}

void LivePlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
