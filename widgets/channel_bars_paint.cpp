// What the bars of channels look like, and their texts.

#include <QPainter>

#include "widgets/channel_bars_state.h"
#include "widgets/engine_text.h"
#include "widgets/factor_keys.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kGap = 6;
constexpr int kInset = 3;  // so that the ring around a row spares its text

/// As many of three significant digits as the width has room for: a number which is cut off says something else.
QString fittingNumber(double value, const QFontMetrics& metrics, int width) {
    int digits = 3;
    while (digits > 1 && metrics.horizontalAdvance(numberText(value, digits)) > width) {
        --digits;
    }
    return numberText(value, digits);
}

}  // namespace

ChannelBars::State::Columns ChannelBars::State::columns(int width, const QFontMetrics& metrics) const {
    int valueWidth = metrics.horizontalAdvance(QStringLiteral("0.0888"));
    for (const double share : {1.0, 0.888}) {
        for (const float end : {lo, hi}) {
            valueWidth = std::max(valueWidth, metrics.horizontalAdvance(numberText(static_cast<double>(end) * share)));
        }
    }
    const int usable = width - kHintWidth - 2;
    // Names have what the longest needs, its pin and its factor; the bars have the rest, and at least a third.
    const int wanted = metrics.horizontalAdvance(longestLabel()) + metrics.horizontalAdvance(QStringLiteral(" ×0.25")) + 9;
    const int most = (usable - kInset - valueWidth - 2 * kGap) * 66 / 100;
    const int nameWidth = std::min(most, std::max(wanted, sort->sizeHint().width()));
    const int barLeft = kInset + nameWidth + kGap;
    return {QRect(kInset, 0, nameWidth, kRow), QRect(barLeft, 0, usable - valueWidth - kGap - barLeft, kRow),
            QRect(usable - valueWidth, 0, valueWidth, kRow)};
}

void ChannelBars::State::retranslate() {
    std::vector<SegmentSwitch::Segment> segments{
        {static_cast<int>(ChannelMode::Before), tr("Before"), tr("The features as they come in: the mean over channels of |x|")}};
    if (role != MapRole::Additive) {
        segments.push_back({static_cast<int>(ChannelMode::After), tr("After"), tr("The features as the weights leave them")});
        segments.push_back({static_cast<int>(ChannelMode::Changed), tr("Changed"),
                            tr("What the weights raise and lower; equal weights change nothing")});
    }
    modes->setSegments(segments);
    modes->setAccessibleName(tr("Picture of the channels"));
    sort->setText(byWeight ? tr("by weight") : tr("by index"));
    sort->setToolTip(byWeight ? tr("Sort by index") : tr("Sort by weight"));
    chip->setText(channel >= 0 ? shownLabel() : QString());
    chip->setToolTip(channel >= 0 ? tr("%1: click to show all channels again").arg(shownLabel()) : QString());
}

void ChannelBars::State::placeHeader(const ChannelBars& view) {
    const QFontMetrics metrics(smallFont(view.font()));
    const int wanted = modes->sizeHint().width();
    modes->setGeometry(0, 0, std::min(wanted, view.width()), 20);
    const int left = modes->width() + kGap;
    chip->setGeometry(left, 0, std::min(std::max(0, view.width() - left), chip->sizeHint().width()), 20);
    chip->setVisible(channel >= 0 && chip->width() > 30);
    sort->setGeometry(kInset, kColumnsTop, std::min(sort->sizeHint().width(), columns(view.width(), metrics).name.width()), kRow);
    modes->setVisible(!weights.empty());
    sort->setVisible(!weights.empty());
}

QString ChannelBars::State::toolTip(int c) const {
    const QString value = tr("%1: %2").arg(label(c), exactNumberText(static_cast<double>(weightOf(c))));
    const QString treated = factorName(factorAt(factors, c));
    return treated.isEmpty() ? value : value + QLatin1Char('\n') + treated;
}

// Muted, the name is struck out; scaled, the factor stands behind it; pinned, a pin.
void ChannelBars::State::paintName(QPainter& painter, int c, QRect at) const {
    const Theme& t = theme();
    const float factor = factorAt(factors, c);
    if (isPinned(c)) {
        const QPointF head(at.right() - 3.0, at.top() + 5.0);
        painter.setPen(QPen(t.text, 1.5));
        painter.drawLine(head, head + QPointF(0, 6));
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.text);
        painter.drawEllipse(head, 2.5, 2.5);
        at.adjust(0, 0, -9, 0);
    }
    if (factor != 1.0F && factor != 0.0F) {
        const QString text = factorText(factor);
        drawLine(painter, at, text, t.text, Qt::AlignRight);
        at.adjust(0, 0, -painter.fontMetrics().horizontalAdvance(text) - 4, 0);
    }
    const QFont plain = painter.font();
    QFont struck = plain;
    struck.setStrikeOut(factor == 0.0F);
    painter.setFont(struck);
    drawLine(painter, at, label(c), factor == 0.0F ? t.secondary : t.text);
    painter.setFont(plain);
}

void ChannelBars::State::paintRow(QPainter& painter, const ChannelBars& view, int row, int y, const Columns& at) const {
    const Theme& t = theme();
    const int c = channelAt(row);
    const bool shown = ofChannels && c == channel;
    if (shown || row == hovered) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(shown ? t.selection : t.control);
        painter.drawRoundedRect(QRect(0, y, at.value.right() + 2, kRow), 3, 3);
    }
    paintName(painter, c, at.name.translated(0, y));
    const double value = static_cast<double>(weightOf(c));
    const double span = static_cast<double>(hi) - static_cast<double>(lo);
    const double zero = at.bar.left() + at.bar.width() * -static_cast<double>(lo) / span;
    const double end =
        at.bar.left() + at.bar.width() * (std::clamp(value, double{lo}, double{hi}) - static_cast<double>(lo)) / span;
    painter.setPen(Qt::NoPen);
    painter.setBrush(factorAt(factors, c) == 0.0F ? mixed(t.card, t.channel, 0.35) : t.channel);
    painter.drawRoundedRect(QRectF(std::min(zero, end), y + 3.0, std::abs(end - zero), kRow - 6.0), 2, 2);
    const QString number = fittingNumber(value, painter.fontMetrics(), at.value.width());
    drawLine(painter, at.value.translated(0, y), number, shown ? t.text : t.secondary, Qt::AlignRight);
    if (view.hasFocus() && row == selected) {
        paintFocusRing(painter, QRect(0, y, at.value.right() + 2, kRow));
    }
}

void ChannelBars::State::paintAxis(QPainter& painter, const Columns& at) const {
    const QRect line = at.bar.translated(0, kColumnsTop);
    // The end of the axis is the right edge of the bars; only if both numbers do not fit it moves over the values.
    const QFontMetrics metrics = painter.fontMetrics();
    const QString end = numberText(static_cast<double>(hi));
    const QString begin = fittingNumber(static_cast<double>(lo), metrics, line.width());
    drawLine(painter, line, begin, theme().secondary, Qt::AlignLeft);
    const int both = metrics.horizontalAdvance(begin) + metrics.horizontalAdvance(end) + 4;
    const int right = both <= line.width() ? line.right() : at.value.right();
    drawLine(painter, QRect(line.left(), line.top(), right - line.left() + 1, kRow), end, theme().secondary, Qt::AlignRight);
}

void ChannelBars::State::paint(QPainter& painter, const ChannelBars& view) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont(view.font()));
    if (weights.empty()) {
        painter.setPen(theme().secondary);
        painter.drawText(view.rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("A mechanism that weighs channels fills this card."));
        return;
    }
    const auto at = columns(view.width(), painter.fontMetrics());
    paintAxis(painter, at);
    const int visible = std::min(visibleRows(view.height()), rows() - first);
    for (int k = 0; k < visible; ++k) {
        paintRow(painter, view, first + k, kTop + k * kRow, at);
    }
    if (lo < 0.0F) {
        const int zero = at.bar.left() + at.bar.width() / 2;
        painter.fillRect(QRect(zero, kTop, 1, visible * kRow), theme().secondary);
    }
    if (visible < rows()) {
        const double track = visible * kRow;
        const double thumb = std::max(12.0, track * visible / rows());
        const double top = kTop + (track - thumb) * first / std::max(1, rows() - visible);
        painter.setPen(Qt::NoPen);
        painter.setBrush(mixed(theme().card, theme().secondary, 0.6));
        painter.drawRoundedRect(QRectF(view.width() - kHintWidth, top, kHintWidth, thumb), 1.5, 1.5);
    }
}

}  // namespace fovea
