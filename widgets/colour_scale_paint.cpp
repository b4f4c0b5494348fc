#include <QImage>

#include <algorithm>
#include <cmath>

#include "widgets/card_parts.h"
#include "widgets/colour_scale_state.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

/// Ends, and two ticks between; a diverging scale also has its zero.
std::vector<float> ticksOf(ValueRange range, bool diverging) {
    const float span = range.hi - range.lo;
    if (diverging && range.lo < 0.0F && range.hi > 0.0F) {
        return {range.lo, range.hi, 0.0F, range.lo / 2.0F, range.hi / 2.0F};
    }
    return {range.lo, range.hi, range.lo + span / 3.0F, range.lo + 2.0F * span / 3.0F};
}

void paintLock(QPainter& painter, QPointF corner) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().secondary, 1.4));
    painter.drawArc(QRectF(corner + QPointF(2.0, 0.0), QSizeF(5.0, 7.0)), 0, 180 * 16);
    painter.fillRect(QRectF(corner + QPointF(0.5, 4.0), QSizeF(8.0, 6.0)), theme().secondary);
    painter.restore();
}

/// How many values of a field each of `bins` equal parts of a range holds; its upper end belongs to the last.
std::vector<int> heldWithin(const ScalarField& field, ValueRange range, std::size_t bins) {
    std::vector<int> held(bins, 0);
    const double scale = static_cast<double>(bins) / (static_cast<double>(range.hi) - range.lo);
    for (const float v : field.values) {
        if (v >= range.lo && v <= range.hi) {
            ++held[std::min(static_cast<std::size_t>((static_cast<double>(v) - range.lo) * scale), bins - 1)];
        }
    }
    return held;
}

}  // namespace

void ColourScale::State::paint(QPainter& painter) const {
    QColor backing = theme().window;
    backing.setAlpha(235);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(backing);
    painter.drawRoundedRect(scale.rect(), 7, 7);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(smallFont(scale.font()));
    paintHistogram(painter);
    paintBar(painter);
    paintHandles(painter);
    paintTicks(painter);
    paintMark(painter);
    paintNotes(painter);
}

/// The bins of the statistics lie where their values lie; they grow from the bar to the left, as long as the fullest one in sight
/// allows.
void ColourScale::State::paintHistogram(QPainter& painter) const {
    if (!statistics || statistics->histogram.empty() || collapsed() || !(statistics->max > statistics->min)) {
        return;
    }
    struct Bin {
        int top = 0;
        int bottom = 0;
        int held = 0;
    };
    const ValueRange range = axis();
    // A range much narrower than the values would lie within a few of their bins: then it is divided anew.
    const bool narrow = range.hi - range.lo < (statistics->max - statistics->min) / 2.0F;
    const std::vector<int> histogram = narrow ? heldWithin(*field, range, statistics->histogram.size()) : statistics->histogram;
    const ValueRange span = narrow ? range : ValueRange{statistics->min, statistics->max};
    const auto count = static_cast<double>(histogram.size());
    const auto edge = [&](std::size_t k) {
        return std::lerp(static_cast<double>(span.lo), static_cast<double>(span.hi), static_cast<double>(k) / count);
    };
    std::vector<Bin> bins;
    int most = 0;
    for (std::size_t k = 0; k < histogram.size(); ++k) {
        const int held = histogram[k];
        if (held > 0 && edge(k + 1) >= range.lo && edge(k) <= range.hi) {
            bins.push_back({qRound(rowOf(edge(k + 1))), qRound(rowOf(edge(k))), held});
            most = std::max(most, held);
        }
    }
    const int right = barRect().left() - kHistogramGap;
    for (const Bin& bin : bins) {
        // A bin which holds anything stays visible beside one which holds nearly everything.
        const int length = std::max(1, qRound(static_cast<double>(bin.held) * kHistogram / most));
        painter.fillRect(right - length, bin.top, length, std::max(1, bin.bottom - bin.top), theme().secondary);
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
        int index = (255 * (rows - 1 - r) + (rows - 1) / 2) / (rows - 1);
        if (collapsed()) {
            index = flatIndex;
        } else if (drag) {
            const double share = static_cast<double>(rows - 1 - r) / (rows - 1);
            index = colorIndex(
                static_cast<float>(std::lerp(static_cast<double>(drag->axis.lo), static_cast<double>(drag->axis.hi), share)),
                shownRange);
        }
        image.setPixel(0, r, table[static_cast<std::size_t>(index)]);
    }
    painter.drawImage(bar, image);
}

/// The handles lie outside of the range, so that no colour of the scale is covered.
void ColourScale::State::paintHandles(QPainter& painter) const {
    if (!hasHandles()) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const End end : {End::Low, End::High}) {
        const bool chosen = (scale.hasFocus() && focusedEnd == end) || (drag && drag->end == end);
        painter.setPen(QPen(theme().window, 1));  // readable over the colours, too
        painter.setBrush(chosen ? theme().focus : hoveredEnd == end ? theme().text : theme().secondary);
        painter.drawRoundedRect(handleRect(end), 2, 2);
    }
    painter.restore();
}

void ColourScale::State::paintTicks(QPainter& painter) const {
    if (collapsed()) {
        return;
    }
    const QRect bar = barRect();
    const int left = bar.right() + 1 + kLabelGap;
    std::vector<double> taken;
    for (const float value : ticksOf(shownRange, effectiveColormap(*field, style).diverging)) {
        const double row = rowOf(value);
        const auto near = [row](double other) { return std::abs(other - row) < kLine; };
        const bool isEnd = taken.size() < 2;
        if (!isEnd && std::any_of(taken.begin(), taken.end(), near)) {
            continue;
        }
        taken.push_back(row);
        painter.fillRect(QRectF(bar.right() + 1, std::round(row), value == 0.0F ? 5 : 3, 1), theme().secondary);
        // Two ends which were dragged together keep one line each.
        double middle = row;
        if (taken.size() == 2 && near(taken.front())) {
            middle = taken.front() - kLine;
        }
        if (!std::isnan(mark) && std::abs(rowOf(mark) - middle) < kLine) {
            continue;  // the number of the mark stands here, and half a number says something else
        }
        painter.setPen(theme().text);
        painter.drawText(QRectF(left, middle - kLine / 2.0, scale.width() - left, kLine), Qt::AlignVCenter | Qt::AlignLeft,
                         numberText(value));
    }
}

void ColourScale::State::paintMark(QPainter& painter) const {
    if (std::isnan(mark)) {
        return;
    }
    const QRect bar = barRect();
    const double row = collapsed() ? bar.bottom() : rowOf(mark);
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
    if (!modeText().isEmpty()) {
        const bool locked = mode == RangeMode::Locked || mode == RangeMode::Typed;
        if (locked) {
            paintLock(painter, QPointF(kPadding, top + 3));
        }
        painter.drawText(QRect(kPadding + (locked ? 14 : 0), top, scale.width(), kLine), Qt::AlignVCenter | Qt::AlignLeft,
                         modeText());
    }
}

}  // namespace fovea
