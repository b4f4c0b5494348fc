#include "widgets/statistics_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kHistogram = 44;
constexpr int kAxis = 15;
constexpr int kRowsTop = kHistogram + kAxis + 4;
constexpr int kRow = 15;
constexpr int kRows = 4;

// Two digits say enough about a share; the exact one is in the hover.
QString percentText(double fraction) {
    const double percent = fraction * 100.0;
    if (percent > 0.0 && percent < 0.1) {
        return QStringLiteral("<0.1");
    }
    return numberText(percent < 10.0 ? std::round(percent * 10.0) / 10.0 : std::round(percent));
}

}  // namespace

struct StatisticsView::State {
    std::shared_ptr<const ScalarField> field;
    std::shared_ptr<const FieldStatistics> statistics;
    OverlayStyle style;
    int bin = -1;  // chosen by the keyboard

    [[nodiscard]] bool ready() const { return field && statistics; }
    [[nodiscard]] bool flat() const { return statistics->min >= statistics->max; }
    [[nodiscard]] bool allZero() const { return flat() && statistics->max == 0.0F; }
    [[nodiscard]] int bins() const { return static_cast<int>(statistics->histogram.size()); }

    [[nodiscard]] double edge(int k) const {
        const double lo = static_cast<double>(statistics->min);
        return lo + (static_cast<double>(statistics->max) - lo) * k / std::max(1, bins());
    }

    [[nodiscard]] QString binText(int k, bool exact) const {
        const auto number = [exact](double v) { return exact ? exactNumberText(v) : numberText(v); };
        const int held = statistics->histogram[static_cast<std::size_t>(k)];
        const int all = std::max(1, std::accumulate(statistics->histogram.begin(), statistics->histogram.end(), 0));
        return tr("%1 … %2: %3 %").arg(number(edge(k)), number(edge(k + 1)), percentText(static_cast<double>(held) / all));
    }

    [[nodiscard]] QString flatText() const {
        return allZero() ? tr("Every cell is 0: there is nothing to weigh.")
                         : tr("Every cell has the same value, %1.").arg(numberText(static_cast<double>(statistics->max)));
    }

    [[nodiscard]] QString peakRegion() const { return engineText(regionName(*field, statistics->peak)); }

    [[nodiscard]] int binAt(const QPoint& position, int width) const {
        const bool inside =
            ready() && !flat() && position.y() >= 0 && position.y() < kHistogram && position.x() >= 0 && position.x() < width;
        return inside ? std::min(position.x() * bins() / std::max(1, width), bins() - 1) : -1;
    }

    void paintHistogram(QPainter& painter, int width) const {
        const Colormap& colours = effectiveColormap(*field, style);
        const ValueRange range = effectiveRange(*field, style);
        const int most = std::max(1, *std::max_element(statistics->histogram.begin(), statistics->histogram.end()));
        painter.setRenderHint(QPainter::Antialiasing, false);
        for (int k = 0; k < bins(); ++k) {
            const int held = statistics->histogram[static_cast<std::size_t>(k)];
            const int left = k * width / bins();
            const int right = (k + 1) * width / bins();
            // A bin which holds anything stays visible beside one which holds nearly everything.
            const int tall =
                held == 0 ? 0 : std::max(1, static_cast<int>(std::lround(static_cast<double>(held) * (kHistogram - 2) / most)));
            const auto middle = static_cast<float>((edge(k) + edge(k + 1)) / 2);
            const QRgb colour = colours.table[static_cast<std::size_t>(colorIndex(middle, range))];
            painter.fillRect(QRect(left, kHistogram - tall, right - left, tall), QColor(colour));
        }
        // The darkest end of a colour map vanishes on a dark card, so the base line says how far the values reach.
        painter.fillRect(QRect(0, kHistogram, width, 1), theme().border);
        if (bin >= 0 && bin < bins()) {
            painter.setPen(QPen(theme().focus, 1));
            painter.setBrush(Qt::NoBrush);
            const int left = bin * width / bins();
            painter.drawRect(QRect(left, 0, std::max(3, (bin + 1) * width / bins() - left), kHistogram - 1));
        }
    }

    void paintAxis(QPainter& painter, int width) const {
        const QRect line(0, kHistogram + 2, width, kAxis);
        if (bin >= 0 && bin < bins()) {
            drawLine(painter, line, binText(bin, false), theme().text, Qt::AlignHCenter);
            return;
        }
        drawLine(painter, line, numberText(static_cast<double>(statistics->min)), theme().secondary);
        drawLine(painter, line, numberText(static_cast<double>(statistics->max)), theme().secondary, Qt::AlignRight);
    }
};

StatisticsView::StatisticsView(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

StatisticsView::~StatisticsView() = default;

void StatisticsView::setField(std::shared_ptr<const ScalarField> field, std::shared_ptr<const FieldStatistics> statistics,
                              const OverlayStyle& style) {
    m_state->field = std::move(field);
    m_state->statistics = std::move(statistics);
    m_state->style = style;
    update();
    announceSummary(this);
}

std::vector<std::pair<QString, QString>> StatisticsView::rows() const {
    const State& s = *m_state;
    if (!s.ready()) {
        return {};
    }
    const FieldStatistics& numbers = *s.statistics;
    const QString none = QStringLiteral("–");
    const QString entropy =
        tr("%1 of %2 bits").arg(QString::number(numbers.entropyBits, 'f', 1), QString::number(numbers.maxEntropyBits, 'f', 1));
    return {{tr("half the weight on"), s.allZero() ? none : tr("%1 % of area").arg(percentText(numbers.halfMassArea))},
            {tr("entropy"), s.allZero() ? none : entropy},
            {tr("mean"), numberText(numbers.mean)},
            {tr("peak"), s.flat() ? none : tr("%1 (%2, %3)").arg(s.peakRegion()).arg(numbers.peak.i).arg(numbers.peak.j)}};
}

QString StatisticsView::textSummary() const {
    const State& s = *m_state;
    if (!s.ready()) {
        return tr("No map yet.");
    }
    if (s.flat()) {
        return s.flatText();
    }
    const FieldStatistics& numbers = *s.statistics;
    QString text = tr("Strongest %1; half the weight on %2 % of the area; entropy %3 of %4 bits; values %5 to %6, mean %7.")
                       .arg(s.peakRegion(), percentText(numbers.halfMassArea), QString::number(numbers.entropyBits, 'f', 1),
                            QString::number(numbers.maxEntropyBits, 'f', 1), numberText(static_cast<double>(numbers.min)),
                            numberText(static_cast<double>(numbers.max)), numberText(numbers.mean));
    if (s.bin >= 0 && s.bin < s.bins()) {
        text += QLatin1Char(' ') + s.binText(s.bin, false);
    }
    return text;
}

QSize StatisticsView::sizeHint() const { return {196, kRowsTop + kRows * kRow}; }

QSize StatisticsView::minimumSizeHint() const { return {120, kRowsTop + kRows * kRow}; }

bool StatisticsView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const State& s = *m_state;
    const auto* help = static_cast<QHelpEvent*>(event);
    const int bin = s.binAt(help->pos(), width());
    if (bin >= 0) {
        QToolTip::showText(help->globalPos(), s.binText(bin, true), this);
    } else if (s.ready()) {
        const FieldStatistics& numbers = *s.statistics;
        QToolTip::showText(
            help->globalPos(),
            tr("range %1 … %2\nmean %3\nhalf the weight on %4 % of the picture\nentropy %5 of %6 bits")
                .arg(exactNumberText(static_cast<double>(numbers.min)), exactNumberText(static_cast<double>(numbers.max)),
                     exactNumberText(numbers.mean), exactNumberText(numbers.halfMassArea * 100.0),
                     exactNumberText(numbers.entropyBits), exactNumberText(numbers.maxEntropyBits)),
            this);
    }
    return true;
}

void StatisticsView::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    if (!s.ready()) {
        painter.setPen(theme().secondary);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("A map over the picture fills this card."));
        return;
    }
    if (s.flat() || s.bins() == 0) {
        painter.setPen(theme().text);
        painter.drawText(QRect(0, 0, width(), kRowsTop - 4), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, s.flatText());
    } else {
        s.paintHistogram(painter, width());
        s.paintAxis(painter, width());
    }
    int y = kRowsTop;
    for (const auto& [label, value] : rows()) {
        const int wanted = painter.fontMetrics().horizontalAdvance(value) + 2;
        const int left = std::max(width() / 3, width() - wanted);
        drawLine(painter, QRect(0, y, left - 4, kRow), label, theme().text);
        drawLine(painter, QRect(left, y, width() - left, kRow), value, theme().secondary, Qt::AlignRight);
        y += kRow;
    }
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void StatisticsView::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int step = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    if (step == 0 || !s.ready() || s.flat() || s.bins() == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    const int start = step > 0 ? 0 : s.bins() - 1;
    s.bin = s.bin < 0 ? start : std::clamp(s.bin + step, 0, s.bins() - 1);
    update();
    announceSummary(this);
}

void StatisticsView::focusOutEvent(QFocusEvent* event) {
    m_state->bin = -1;
    QWidget::focusOutEvent(event);
    update();
}

void StatisticsView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
