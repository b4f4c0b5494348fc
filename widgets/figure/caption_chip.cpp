#include "widgets/figure/caption_chip.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>

namespace fovea {
namespace {

constexpr QRgb kPaper = 0xD0101418;  // dark enough for white text over any colour map
constexpr QRgb kInk = 0xFFFFFFFF;
constexpr int kSmallestFont = 11;

}  // namespace

void paintCaptionChip(QImage& frame, const QString& text) {
    QFont font;
    font.setPixelSize(std::max(kSmallestFont, frame.height() / 36));
    const QFontMetrics metrics(font);
    const int gap = metrics.height() / 3;
    const int height = metrics.height() + gap;
    if (text.isEmpty() || frame.height() < 3 * (height + gap)) {
        return;
    }
    // Both ends matter, the mechanism and where its weights came from, so the middle goes first.
    const QString shown = metrics.elidedText(text, Qt::ElideMiddle, frame.width() - 4 * gap);
    if (shown.isEmpty()) {
        return;
    }
    const QRect chip(gap, frame.height() - gap - height, metrics.horizontalAdvance(shown) + 2 * gap, height);
    QPainter painter(&frame);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(font);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromRgba(kPaper));
    painter.drawRoundedRect(chip, gap, gap);
    painter.setPen(QColor::fromRgba(kInk));
    painter.drawText(chip, Qt::AlignCenter, shown);
}

}  // namespace fovea
