#include "widgets/faithfulness_painter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSwatch = 14;
constexpr int kTitle = FaithfulnessLayout::kTitle;
constexpr int kLegendLine = FaithfulnessLayout::kLegendLine;
constexpr int kHintWidth = FaithfulnessLayout::kHintWidth;

/// Colours of the domains mean something else; these three differ in brightness and dash as well.
QPen orderPen(int order) {
    const Theme& t = theme();
    QPen pen(order == 0 ? t.accent : order == 1 ? t.secondary : t.text, order == 0 ? 2.0 : 1.4);
    if (order > 0) {
        pen.setDashPattern(order == 1 ? QVector<qreal>{5, 3} : QVector<qreal>{1.5, 2.5});
    }
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

}  // namespace

FaithfulnessPainter::FaithfulnessPainter(QPainter& painter, const FaithfulnessNumbers& numbers, const FaithfulnessLayout& layout,
                                         const FaithfulnessMarks& marks)
    : m_painter(painter), m_numbers(numbers), m_layout(layout), m_marks(marks) {}

double FaithfulnessPainter::readShare(bool shown) const {
    return m_numbers.curve(shown, 0).shares[static_cast<std::size_t>(m_marks.point)];
}

void FaithfulnessPainter::paintProgress(int done, int total) {
    const QRect track = m_layout.progress();
    m_painter.fillRect(track, theme().control);
    const int width = total > 0 ? static_cast<int>(std::int64_t{track.width()} * done / total) : 0;
    m_painter.fillRect(QRect(track.left(), track.top(), width, track.height()), theme().accent);
}

void FaithfulnessPainter::paintLegend(bool shown) {
    const QRect box = m_layout.chart(shown);
    const Theme& t = theme();
    const bool reads = isRead(shown);
    QRect at(box.right() + 1 - FaithfulnessLayout::kLegendWidth, box.top() + kTitle, FaithfulnessLayout::kLegendWidth,
             kLegendLine);
    if (!m_layout.isLegendBeside()) {
        at = QRect(box.left(), box.top() + kTitle, box.width() - 4, kLegendLine);
    } else {
        drawLine(m_painter, QRect(at.left(), box.top(), at.width(), kTitle), reads ? tr("here") : tr("area"), t.secondary,
                 Qt::AlignRight);
    }
    for (int order = 0; order < m_numbers.orders(); ++order) {
        const FaithfulnessCurve& of = m_numbers.curve(shown, order);
        const bool known = reads && m_marks.point < static_cast<int>(of.probabilities.size());
        const double value = known ? of.probabilities[static_cast<std::size_t>(m_marks.point)] : of.area;
        const QString text = QString::number(value, 'f', 3);
        const int extent = m_painter.fontMetrics().horizontalAdvance(text);
        m_painter.setPen(orderPen(order));
        m_painter.drawLine(QPointF(at.left(), at.center().y() + 0.5), QPointF(at.left() + kSwatch, at.center().y() + 0.5));
        drawLine(m_painter, at.adjusted(kSwatch + 4, 0, -extent - 4, 0), m_numbers.orderName(order), t.text);
        drawLine(m_painter, at, text, t.text, Qt::AlignRight);
        at.translate(0, kLegendLine);
    }
}

void FaithfulnessPainter::paintCurves(bool shown) {
    const QRect box = m_layout.plot(shown);
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setClipRect(box.adjusted(-2, -2, 2, 2));
    for (int order = m_numbers.orders() - 1; order >= 0; --order) {  // the map lies on top
        const FaithfulnessCurve& of = m_numbers.curve(shown, order);
        QPolygonF points;
        for (std::size_t k = 0; k < std::min(of.shares.size(), of.probabilities.size()); ++k) {
            points << m_layout.curvePoint(shown, of, static_cast<int>(k));
        }
        m_painter.setPen(orderPen(order));
        m_painter.drawPolyline(points);
    }
    for (int order = 0; isRead(shown) && order < m_numbers.orders(); ++order) {
        const FaithfulnessCurve& of = m_numbers.curve(shown, order);
        if (m_marks.point < static_cast<int>(of.shares.size())) {
            m_painter.setPen(Qt::NoPen);
            m_painter.setBrush(orderPen(order).color());
            m_painter.drawEllipse(m_layout.curvePoint(shown, of, m_marks.point), 3.0, 3.0);
        }
    }
    m_painter.restore();
}

void FaithfulnessPainter::paintTitle(bool shown) {
    const Theme& t = theme();
    const QRect box = m_layout.plot(shown);
    const QRect all = m_layout.chart(shown);
    const bool reads = isRead(shown);
    const QString share = reads ? numberText(100.0 * readShare(shown)) : QString();
    const QString title = !reads  ? FaithfulnessNumbers::chartName(shown)
                          : shown ? tr("%1 % shown").arg(share)
                                  : tr("%1 % blurred").arg(share);
    const int right = m_layout.isLegendBeside() ? box.right() : all.right();
    const int left = m_layout.isLegendBeside() ? box.left() : all.left();
    const QRect head(left, all.top(), right - left + 1, kTitle);
    drawLine(m_painter, head, title, t.text);
    if (!m_layout.isLegendBeside()) {
        const QString word = reads ? tr("here") : tr("area");
        const auto advance = [this](const QString& of) { return m_painter.fontMetrics().horizontalAdvance(of); };
        if (advance(title) + advance(word) + 12 <= head.width()) {
            drawLine(m_painter, head.adjusted(0, 0, -4, 0), word, t.secondary, Qt::AlignRight);
        }
    }
}

// Lines at the ends and the middle; their numbers are those of a probability and of a share.
void FaithfulnessPainter::paintAxes(bool shown) {
    const Theme& t = theme();
    const QRect box = m_layout.plot(shown);
    const QRect all = m_layout.chart(shown);
    const QColor faint = mixed(t.window, t.secondary, 0.3);
    for (const double p : {0.0, 0.5, 1.0}) {
        const int y = box.bottom() + 1 - static_cast<int>(std::lround(p * box.height()));
        m_painter.fillRect(QRect(box.left(), y, box.width(), 1), p > 0.0 ? faint : mixed(t.window, t.secondary, 0.7));
        if (p != 0.5 || box.height() >= 50) {
            drawLine(m_painter, QRect(all.left(), y - 7, FaithfulnessLayout::kAxisLeft - 4, 14), numberText(p), t.secondary,
                     Qt::AlignRight);
        }
    }
    m_painter.fillRect(QRect(box.left() - 1, box.top(), 1, box.height() + 1), mixed(t.window, t.secondary, 0.7));
    const QRect below(box.left(), box.bottom() + 2, box.width(), FaithfulnessLayout::kAxisBelow - 1);
    drawLine(m_painter, below, QStringLiteral("0"), t.secondary);
    drawLine(m_painter, below, tr("100 %"), t.secondary, Qt::AlignRight);
    const QString half = tr("of the picture");
    if (m_painter.fontMetrics().horizontalAdvance(half) + 90 <= below.width()) {
        drawLine(m_painter, below, half, t.secondary, Qt::AlignHCenter);
    }
}

void FaithfulnessPainter::paintChart(bool shown) {
    paintTitle(shown);
    paintAxes(shown);
    if (isRead(shown)) {
        const QRect box = m_layout.plot(shown);
        const int x = box.left() + static_cast<int>(std::lround(readShare(shown) * box.width()));
        m_painter.fillRect(QRect(x, box.top(), 1, box.height()), mixed(theme().window, theme().text, 0.5));
    }
    paintCurves(shown);
    paintLegend(shown);
}

void FaithfulnessPainter::paintRow(int k, const FaithfulnessLayout::Columns& at) {
    const Theme& t = theme();
    const QRect box = m_layout.row(k);
    if (k == m_marks.hovered) {
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(t.control);
        m_painter.drawRoundedRect(box.adjusted(0, 0, -kHintWidth - 1, 0), 3, 3);
    }
    const QString whole = m_numbers.rowName(k);
    const bool fits = m_painter.fontMetrics().horizontalAdvance(whole) <= at.name.width();
    drawLine(m_painter, at.name.translated(0, box.top()), fits ? whole : m_numbers.shortRowName(k), t.text);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(t.accent);
    m_painter.drawRect(m_layout.bar(k, m_numbers.changeShare(k)));
    drawLine(m_painter, at.value.translated(0, box.top()), m_numbers.changeText(k), t.secondary, Qt::AlignRight);
    if (k == m_marks.focused) {
        paintFocusRing(m_painter, box.adjusted(0, 0, -kHintWidth - 1, 0));
    }
}

void FaithfulnessPainter::paintRows() {
    const Theme& t = theme();
    const QRect box = m_layout.list();
    const FaithfulnessLayout::Columns at = m_layout.columns();
    drawLine(m_painter, QRect(box.left() + 3, box.top(), box.width() - 6, kTitle), tr("Change when muted"), t.text);
    const int visible = std::min(m_layout.visibleRows(), m_layout.rows - m_layout.first);
    m_painter.setRenderHint(QPainter::Antialiasing);
    for (int k = m_layout.first; k < m_layout.first + visible; ++k) {
        paintRow(k, at);
    }
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.fillRect(QRect(at.bar.left() + at.bar.width() / 2, box.top() + kTitle, 1, visible * FaithfulnessLayout::kRow),
                       t.secondary);
    if (visible < m_layout.rows) {
        paintHint(visible);
    }
}

// Which part of the rows is shown.
void FaithfulnessPainter::paintHint(int visible) {
    const QRect box = m_layout.list();
    const double track = visible * FaithfulnessLayout::kRow;
    const double thumb = std::max(12.0, track * visible / m_layout.rows);
    const double top = box.top() + kTitle + (track - thumb) * m_layout.first / std::max(1, m_layout.rows - visible);
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(mixed(theme().window, theme().secondary, 0.6));
    m_painter.drawRoundedRect(QRectF(box.right() + 1 - kHintWidth, top, kHintWidth, thumb), 1.5, 1.5);
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace fovea
