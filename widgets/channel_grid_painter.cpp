#include "widgets/channel_grid_painter.h"

#include <QPainter>

#include <algorithm>

#include "engine/pipeline/intervention.h"
#include "widgets/card_parts.h"
#include "widgets/factor_keys.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kLine = ChannelGridLayout::kLine;
constexpr int kHintWidth = ChannelGridLayout::kHintWidth;

}  // namespace

ChannelGridPainter::ChannelGridPainter(QPainter& painter, const ChannelGridTiles& tiles, const ChannelGridLayout& layout,
                                       const ChannelGridNames& names, const ChannelGridChoices& choices,
                                       const ChannelGridMarks& marks)
    : m_painter(painter), m_tiles(tiles), m_layout(layout), m_names(names), m_choices(choices), m_marks(marks) {}

void ChannelGridPainter::paint() {
    const QRect& view = m_layout.view;
    m_painter.setClipRect(QRect(0, ChannelGridLayout::kTop - 3, view.width(), view.height()));
    const auto [begin, end] = m_layout.placesInView();
    for (int place = begin; place < end; ++place) {
        paintTile(place);
    }
    if (m_layout.rows() > m_layout.wholeRows()) {
        paintHint();
    }
}

void ChannelGridPainter::paintTile(int place) {
    const Theme& t = theme();
    const QRect at = m_layout.tile(place);
    const int channel = m_tiles.channelAt(place);
    paintPixels(channel, at);
    m_painter.setRenderHint(QPainter::Antialiasing);
    paintFactor(channel, at);
    const auto& pinned = m_choices.pinned;
    if (std::find(pinned.begin(), pinned.end(), channel) != pinned.end()) {
        paintPin(at);
    }
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    if (channel == m_marks.chosen || channel == m_marks.hovered) {
        m_painter.setPen(QPen(channel == m_marks.chosen ? t.accent : t.secondary, 2.0));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(at.adjusted(-1, -1, 1, 1));
    }
    paintCaption(channel, at);
    if (place == m_marks.focused) {
        paintFocusRing(m_painter, m_layout.cell(place).adjusted(-3, -3, 3, 1));
    }
}

// A tile which waits for its pixels is a quiet surface; the name and numbers stand there already.
void ChannelGridPainter::paintPixels(int channel, const QRect& at) {
    if (const auto from = m_tiles.inAtlas(channel)) {
        m_painter.drawImage(at, m_tiles.atlas(), *from);
    } else {
        m_painter.fillRect(at, theme().control);
    }
}

void ChannelGridPainter::paintFactor(int channel, const QRect& at) {
    const Theme& t = theme();
    const float by = factorAt(m_choices.factors, channel);
    if (by == 0.0F) {
        m_painter.fillRect(at, QColor(t.window.red(), t.window.green(), t.window.blue(), 150));
        m_painter.setPen(QPen(t.text, 2.0));
        m_painter.drawLine(at.topLeft(), at.bottomRight());
        m_painter.drawLine(at.topRight(), at.bottomLeft());
    } else if (by != 1.0F) {
        const QString text = factorText(by);
        const QRect chip(at.left() + 3, at.bottom() - kLine - 2, m_painter.fontMetrics().horizontalAdvance(text) + 6, kLine);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(t.card);
        m_painter.drawRoundedRect(chip, 3, 3);
        drawLine(m_painter, chip, text, t.text, Qt::AlignHCenter);
    }
}

// Head and needle.
void ChannelGridPainter::paintPin(const QRect& at) {
    const Theme& t = theme();
    const QPointF head(at.right() - 7.5, at.top() + 7.5);
    m_painter.setPen(QPen(t.card, 4.0));
    m_painter.drawLine(head, head + QPointF(0, 9));
    m_painter.setPen(QPen(t.text, 1.5));
    m_painter.drawLine(head, head + QPointF(0, 8));
    m_painter.setPen(QPen(t.card, 1.0));
    m_painter.setBrush(t.text);
    m_painter.drawEllipse(head, 4.0, 4.0);
}

void ChannelGridPainter::paintCaption(int channel, const QRect& at) {
    const Theme& t = theme();
    const QRect below(at.left(), at.bottom() + 2, at.width(), kLine);
    const auto& numbers = m_tiles.numbers();
    const QString weight = numbers ? gridNumberText(numbers->weight, channel, false) : QString();
    const int extent = m_painter.fontMetrics().horizontalAdvance(weight);
    drawLine(m_painter, below.adjusted(0, 0, -extent - 4, 0), QString::number(channel), t.text);
    drawLine(m_painter, below, weight, t.secondary, Qt::AlignRight);
    if (m_names.isNamed()) {
        drawLine(m_painter, below.translated(0, kLine), m_names.name(channel), t.secondary);
    }
}

// Which part of the rows is shown.
void ChannelGridPainter::paintHint() {
    const int whole = m_layout.wholeRows();
    const double track = m_layout.area().height();
    const double thumb = std::max(12.0, track * whole / m_layout.rows());
    const double top = m_layout.area().top() + (track - thumb) * m_layout.first / std::max(1, m_layout.rows() - whole);
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(mixed(theme().window, theme().secondary, 0.6));
    m_painter.drawRoundedRect(QRectF(m_layout.view.width() - kHintWidth - 3, top, kHintWidth, thumb), 1.5, 1.5);
}

}  // namespace fovea
