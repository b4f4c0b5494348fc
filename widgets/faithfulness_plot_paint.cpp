#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <cmath>

#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot_state.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kMargin = 8;
constexpr int kButton = 24;
constexpr int kBodyTop = kMargin + kButton + 9;  // below it the thin bar of progress
constexpr int kProgress = 3;
constexpr int kGap = 16;
constexpr int kTitle = 16;
constexpr int kLegendLine = 14;
constexpr int kLegendWidth = 108;
constexpr int kSwatch = 14;
constexpr int kAxisLeft = 26;  // numbers of the vertical axis
constexpr int kAxisBelow = 15;
constexpr int kHintWidth = 3;
constexpr int kWideEnough = 240;  // of a chart, for a legend beside its curves

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

QRect FaithfulnessPlot::State::body() const { return view.rect().adjusted(kMargin, kBodyTop, -kMargin, -4); }

QRect FaithfulnessPlot::State::listBox() const {
    if (rows() == 0) {
        return {};
    }
    const QRect box = body();
    const int width = hasCurves() ? std::clamp(box.width() * 32 / 100, 136, 280) : box.width();
    return {box.right() + 1 - width, box.top(), width, box.height()};
}

QRect FaithfulnessPlot::State::chartBox(bool shown) const {
    QRect box = body();
    if (rows() > 0) {
        box.setRight(listBox().left() - 1 - kGap);
    }
    const int width = (box.width() - kGap) / 2;
    return {shown ? box.left() + width + kGap : box.left(), box.top(), width, box.height()};
}

bool FaithfulnessPlot::State::legendBeside() const { return chartBox(false).width() >= kWideEnough; }

QRect FaithfulnessPlot::State::plot(bool shown) const {
    const QRect box = chartBox(shown);
    const int above = kTitle + (legendBeside() ? 4 : orders() * kLegendLine + 4);
    const int right = legendBeside() ? kLegendWidth + 8 : 4;
    return {box.left() + kAxisLeft, box.top() + above, std::max(1, box.width() - kAxisLeft - right),
            std::max(1, box.height() - above - kAxisBelow)};
}

int FaithfulnessPlot::State::visibleRows() const { return std::max(1, (listBox().height() - kTitle) / kRow); }

QRect FaithfulnessPlot::State::row(int k) const {
    const QRect box = listBox();
    const int place = k - first;
    if (k < 0 || k >= rows() || place < 0 || place >= visibleRows()) {
        return {};
    }
    return {box.left(), box.top() + kTitle + place * kRow, box.width(), kRow};
}

int FaithfulnessPlot::State::rowAt(const QPoint& position) const {
    for (int k = first; k < std::min(rows(), first + visibleRows()); ++k) {
        if (row(k).contains(position)) {
            return k;
        }
    }
    return -1;
}

// Of all rows, so that columns stay where they are while the rows move.
void FaithfulnessPlot::State::measure() {
    const QFontMetrics metrics(smallFont(view.font()));
    widestValue = metrics.horizontalAdvance(QStringLiteral("+0.888"));
    widestName = 0;
    for (int k = 0; k < rows(); ++k) {
        widestValue = std::max(widestValue, metrics.horizontalAdvance(change(effect(k).probability)));
        widestName = std::max(widestName, metrics.horizontalAdvance(effectName(k)));
    }
}

FaithfulnessPlot::State::Columns FaithfulnessPlot::State::columns() const {
    const QRect box = listBox().adjusted(3, 0, -kHintWidth - 3, 0);
    // Names are whole where the bars still have room.
    const int room = box.width() - widestValue - 12;
    const int nameWidth = std::max(0, std::min(widestName, std::max(room - 100, room * 62 / 100)));
    const int left = box.left() + nameWidth + 6;
    return {QRect(box.left(), 0, nameWidth, kRow), QRect(left, 0, std::max(1, box.right() + 1 - widestValue - 6 - left), kRow),
            QRect(box.right() + 1 - widestValue, 0, widestValue, kRow)};
}

QRectF FaithfulnessPlot::State::bar(int k) const {
    const QRect at = columns().bar;
    const double zero = at.left() + at.width() / 2.0;
    const double end = zero + std::clamp(effect(k).probability / reach, -1.0, 1.0) * at.width() / 2.0;
    return {std::min(zero, end), row(k).top() + 3.0, std::abs(end - zero), kRow - 6.0};
}

int FaithfulnessPlot::State::pointAt(bool shown, double x) const {
    const QRect box = plot(shown);
    const double share = (x - box.left()) / box.width();
    const auto& shares = curve(shown, 0).shares;
    const auto nearest = std::min_element(shares.begin(), shares.end(),
                                          [share](double a, double b) { return std::abs(a - share) < std::abs(b - share); });
    return nearest == shares.end() ? -1 : static_cast<int>(nearest - shares.begin());
}

void FaithfulnessPlot::State::reveal(int k) {
    const int visible = visibleRows();
    first = std::clamp(first, k - visible + 1, std::max(k, 0));
    first = std::clamp(first, 0, std::max(0, rows() - visible));
}

void FaithfulnessPlot::State::placeHeader() {
    int left = kMargin;
    const auto place = [&left](QPushButton* button) {
        button->setGeometry(left, kMargin, button->sizeHint().width(), kButton);
        left += button->width() + 6;
    };
    place(running ? cancel : start);
    place(save);
    line->setGeometry(left + 4, kMargin, std::max(0, view.width() - kMargin - left - 4), kButton);
}

void FaithfulnessPlot::State::paintLegend(QPainter& painter, bool shown) const {
    const QRect box = chartBox(shown);
    const Theme& t = theme();
    const bool reads = point >= 0 && readShown == shown;
    QRect at(box.right() + 1 - kLegendWidth, box.top() + kTitle, kLegendWidth, kLegendLine);
    if (!legendBeside()) {
        at = QRect(box.left(), box.top() + kTitle, box.width() - 4, kLegendLine);
    } else {
        drawLine(painter, QRect(at.left(), box.top(), at.width(), kTitle), reads ? tr("here") : tr("area"), t.secondary,
                 Qt::AlignRight);
    }
    for (int order = 0; order < orders(); ++order) {
        const FaithfulnessCurve& of = curve(shown, order);
        const bool known = reads && point < static_cast<int>(of.probabilities.size());
        const double value = known ? of.probabilities[static_cast<std::size_t>(point)] : of.area;
        const QString text = QString::number(value, 'f', 3);
        const int extent = painter.fontMetrics().horizontalAdvance(text);
        painter.setPen(orderPen(order));
        painter.drawLine(QPointF(at.left(), at.center().y() + 0.5), QPointF(at.left() + kSwatch, at.center().y() + 0.5));
        drawLine(painter, at.adjusted(kSwatch + 4, 0, -extent - 4, 0), orderName(order), t.text);
        drawLine(painter, at, text, t.text, Qt::AlignRight);
        at.translate(0, kLegendLine);
    }
}

void FaithfulnessPlot::State::paintCurves(QPainter& painter, bool shown) const {
    const QRect box = plot(shown);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(box.adjusted(-2, -2, 2, 2));
    for (int order = orders() - 1; order >= 0; --order) {  // the map lies on top
        const FaithfulnessCurve& of = curve(shown, order);
        QPolygonF points;
        for (std::size_t k = 0; k < std::min(of.shares.size(), of.probabilities.size()); ++k) {
            points << view.curvePoint(shown, order, static_cast<int>(k));
        }
        painter.setPen(orderPen(order));
        painter.drawPolyline(points);
    }
    if (point >= 0 && readShown == shown) {
        for (int order = 0; order < orders(); ++order) {
            if (point < static_cast<int>(curve(shown, order).shares.size())) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(orderPen(order).color());
                painter.drawEllipse(view.curvePoint(shown, order, point), 3.0, 3.0);
            }
        }
    }
    painter.restore();
}

void FaithfulnessPlot::State::paintChart(QPainter& painter, bool shown) const {
    const Theme& t = theme();
    const QRect box = plot(shown);
    const QRect all = chartBox(shown);
    const bool reads = point >= 0 && readShown == shown;
    const QString share = reads ? numberText(100.0 * curve(shown, 0).shares[static_cast<std::size_t>(point)]) : QString();
    const QString title = !reads ? chartName(shown) : shown ? tr("%1 % shown").arg(share) : tr("%1 % blurred").arg(share);
    const int right = legendBeside() ? box.right() : all.right();
    const int left = legendBeside() ? box.left() : all.left();
    const QRect head(left, all.top(), right - left + 1, kTitle);
    drawLine(painter, head, title, t.text);
    if (!legendBeside()) {
        const QString word = reads ? tr("here") : tr("area");
        const auto advance = [&painter](const QString& of) { return painter.fontMetrics().horizontalAdvance(of); };
        if (advance(title) + advance(word) + 12 <= head.width()) {
            drawLine(painter, head.adjusted(0, 0, -4, 0), word, t.secondary, Qt::AlignRight);
        }
    }
    // Lines at the ends and the middle; their numbers are those of a probability and of a share.
    const QColor faint = mixed(t.window, t.secondary, 0.3);
    for (const double p : {0.0, 0.5, 1.0}) {
        const int y = box.bottom() + 1 - static_cast<int>(std::lround(p * box.height()));
        painter.fillRect(QRect(box.left(), y, box.width(), 1), p > 0.0 ? faint : mixed(t.window, t.secondary, 0.7));
        if (p != 0.5 || box.height() >= 50) {
            drawLine(painter, QRect(all.left(), y - 7, kAxisLeft - 4, 14), numberText(p), t.secondary, Qt::AlignRight);
        }
    }
    painter.fillRect(QRect(box.left() - 1, box.top(), 1, box.height() + 1), mixed(t.window, t.secondary, 0.7));
    const QRect below(box.left(), box.bottom() + 2, box.width(), kAxisBelow - 1);
    drawLine(painter, below, QStringLiteral("0"), t.secondary);
    drawLine(painter, below, tr("100 %"), t.secondary, Qt::AlignRight);
    const QString half = tr("of the picture");
    if (painter.fontMetrics().horizontalAdvance(half) + 90 <= below.width()) {
        drawLine(painter, below, half, t.secondary, Qt::AlignHCenter);
    }
    if (reads) {
        const int x =
            box.left() + static_cast<int>(std::lround(curve(shown, 0).shares[static_cast<std::size_t>(point)] * box.width()));
        painter.fillRect(QRect(x, box.top(), 1, box.height()), mixed(t.window, t.text, 0.5));
    }
    paintCurves(painter, shown);
    paintLegend(painter, shown);
}

void FaithfulnessPlot::State::paintRow(QPainter& painter, int k, const Columns& at) const {
    const Theme& t = theme();
    const QRect box = row(k);
    if (k == hovered) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.control);
        painter.drawRoundedRect(box.adjusted(0, 0, -kHintWidth - 1, 0), 3, 3);
    }
    const QString whole = effectName(k);
    const bool fits = painter.fontMetrics().horizontalAdvance(whole) <= at.name.width();
    drawLine(painter, at.name.translated(0, box.top()), fits ? whole : shortName(k), t.text);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.accent);
    painter.drawRect(bar(k));
    drawLine(painter, at.value.translated(0, box.top()), change(effect(k).probability), t.secondary, Qt::AlignRight);
    if (view.hasFocus() && k == selected) {
        paintFocusRing(painter, box.adjusted(0, 0, -kHintWidth - 1, 0));
    }
}

void FaithfulnessPlot::State::paintList(QPainter& painter) const {
    const Theme& t = theme();
    const QRect box = listBox();
    const Columns at = columns();
    drawLine(painter, QRect(box.left() + 3, box.top(), box.width() - 6, kTitle), tr("Change when muted"), t.text);
    const int visible = std::min(visibleRows(), rows() - first);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int k = first; k < first + visible; ++k) {
        paintRow(painter, k, at);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.fillRect(QRect(at.bar.left() + at.bar.width() / 2, box.top() + kTitle, 1, visible * kRow), t.secondary);
    if (visible < rows()) {
        const double track = visible * kRow;
        const double thumb = std::max(12.0, track * visible / rows());
        const double top = box.top() + kTitle + (track - thumb) * first / std::max(1, rows() - visible);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(mixed(t.window, t.secondary, 0.6));
        painter.drawRoundedRect(QRectF(box.right() + 1 - kHintWidth, top, kHintWidth, thumb), 1.5, 1.5);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
}

void FaithfulnessPlot::State::paint(QPainter& painter) const {
    const Theme& t = theme();
    painter.fillRect(view.rect(), t.window);
    if (running) {
        const QRect track(kMargin, kBodyTop - kProgress - 2, view.width() - 2 * kMargin, kProgress);
        painter.fillRect(track, t.control);
        const int width = total > 0 ? static_cast<int>(std::int64_t{track.width()} * done / total) : 0;
        painter.fillRect(QRect(track.left(), track.top(), width, kProgress), t.accent);
    }
    if (!result || (!hasCurves() && rows() == 0)) {
        painter.setPen(t.secondary);
        painter.drawText(body().adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, intro());
        if (view.hasFocus()) {
            paintFocusRing(painter, view.rect());
        }
        return;
    }
    painter.setFont(smallFont(view.font()));
    if (hasCurves()) {
        paintChart(painter, false);
        paintChart(painter, true);
    }
    if (rows() > 0) {
        paintList(painter);
    } else if (view.hasFocus()) {
        paintFocusRing(painter, view.rect());
    }
}

}  // namespace fovea
