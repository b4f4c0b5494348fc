#include "widgets/live_numbers.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

// Whole numbers from ten on: what follows the point changes with every frame and says nothing.
QString calmNumber(double value) { return value < 10.0 ? QString::number(value, 'f', 1) : QString::number(std::lround(value)); }

}  // namespace

LiveNumbers::LiveNumbers(QWidget* parent) : QAbstractButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    showStats();
}

void LiveNumbers::setStats(const LiveStats& stats) {
    m_stats = stats;
    m_stats.recent.clear();  // the plot's, not this line's
    showStats();
}

void LiveNumbers::showStats() {
    QString line;
    if (m_stats.valid) {
        line = tr("%1 in · %2 out /s · %3 ms · %4 dropped")
                   .arg(calmNumber(m_stats.framesPerSecond), calmNumber(m_stats.overlaysPerSecond),
                        calmNumber(m_stats.latencyMedian))
                   .arg(m_stats.dropped);
        if (m_stats.autoSized) {
            line = tr("%1 · %2 px").arg(line).arg(m_stats.workingSide);
        }
    }
    setToolTip(m_stats.valid ? explained() : QString());
    setAccessibleName(tr("How the live picture is doing"));
    setAccessibleDescription(toolTip());
    if (line == text()) {
        return;
    }
    setText(line);
    const int needed = line.isEmpty() ? 0 : QFontMetrics(smallFont(font())).horizontalAdvance(line) + 8;
    if (needed > m_widest || needed == 0) {
        m_widest = needed;
        updateGeometry();
    }
}

QString LiveNumbers::explained() const {
    QStringList lines;
    lines << tr("%1 frames a second arrive, %2 overlays a second are painted.")
                 .arg(exactNumberText(m_stats.framesPerSecond), exactNumberText(m_stats.overlaysPerSecond));
    lines << tr("From capture to screen: half within %1 ms, 95 % within %2 ms.")
                 .arg(exactNumberText(m_stats.latencyMedian), exactNumberText(m_stats.latencyP95));
    lines << tr("Medians: features %1 ms, mechanism %2 ms, drawing %3 ms.")
                 .arg(exactNumberText(m_stats.features), exactNumberText(m_stats.module), exactNumberText(m_stats.render));
    lines << tr("%1 frames were passed over since the source began.").arg(m_stats.dropped);
    if (m_stats.workingSide > 0) {
        lines << (m_stats.autoSized ? tr("Working picture: %1 px, lowered to keep the rate.").arg(m_stats.workingSide)
                                    : tr("Working picture: %1 px.").arg(m_stats.workingSide));
    }
    return lines.join(QLatin1Char('\n'));
}

QSize LiveNumbers::sizeHint() const { return {m_widest, std::max(18, QFontMetrics(smallFont(font())).height())}; }

QSize LiveNumbers::minimumSizeHint() const { return {std::min(m_widest, 40), sizeHint().height()}; }

void LiveNumbers::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    drawLine(painter, rect().adjusted(4, 0, -4, 0), text(), underMouse() ? theme().text : theme().secondary, Qt::AlignRight);
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void LiveNumbers::enterEvent(QEnterEvent*) { update(); }

void LiveNumbers::leaveEvent(QEvent*) { update(); }

void LiveNumbers::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) {
        m_widest = 0;
        setText({});
        showStats();
    }
    if (event->type() == QEvent::PaletteChange) {
        update();
    }
    QAbstractButton::changeEvent(event);
}

}  // namespace fovea
