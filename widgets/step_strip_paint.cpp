#include <QPainter>
#include <QPainterPath>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

#include "widgets/card_parts.h"
#include "widgets/step_strip_state.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kMargin = 8;
constexpr int kCard = 156;
constexpr int kGap = 28;
constexpr int kLane = 12;  // under the cards: lines to the ones which are not neighbours
constexpr int kPadding = 8;
constexpr int kName = 18;
constexpr int kLine = 15;
constexpr int kEquation = 18;
constexpr int kWideEnough = 700;  // from here on the strip goes on beside the enlarged card

QFont mathFont(const QFont& base, int pixels) {
    QFont font(base);
    font.setFamilies({QStringLiteral("STIX Two Text"), QStringLiteral("Noto Serif"), QStringLiteral("DejaVu Serif"),
                      QStringLiteral("Noto Serif CJK SC")});
    font.setStyleHint(QFont::Serif);
    font.setItalic(true);
    font.setPixelSize(pixels);
    return font;
}

QFont nameFont(const QFont& base) {
    QFont font(base);
    font.setBold(true);
    return font;
}

/// Wraps a text into a box; what does not fit is elided in the last line. The height it took.
int drawWrapped(QPainter& painter, const QRect& box, const QString& text, const QColor& colour) {
    const int line = painter.fontMetrics().height();
    const int most = std::max(1, box.height() / line);
    QTextLayout layout(text, painter.font());
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    int k = 0;
    for (QTextLine each = layout.createLine(); each.isValid() && k < most; each = layout.createLine(), ++k) {
        each.setLineWidth(box.width());
        const QString part = k + 1 < most ? text.mid(each.textStart(), each.textLength()) : text.mid(each.textStart());
        drawLine(painter, QRect(box.left(), box.top() + k * line, box.width(), line), part.trimmed(), colour);
    }
    layout.endLayout();
    return k * line;
}

void arrowHead(QPainter& painter, const QPointF& tip, const QPointF& direction) {
    const QPointF side(-direction.y(), direction.x());
    painter.drawPolyline(QPolygonF({tip - 5 * direction + 3.5 * side, tip, tip - 5 * direction - 3.5 * side}));
}

}  // namespace

QRect StepStrip::State::large() const {
    if (chosen < 0 || chosen >= count()) {
        return {};
    }
    const int room = view.width() - 2 * kMargin;
    const int width = view.width() < kWideEnough ? room : std::clamp(room * 52 / 100, 360, 640);
    return {kMargin, kMargin, width, view.height() - kMargin - kLane};
}

int StepStrip::State::stripLeft() const {
    const QRect box = large();
    return box.isNull() ? kMargin : box.right() + 1 + kGap;
}

int StepStrip::State::visibleCards() const {
    const int room = view.width() - stripLeft() - kMargin + kGap;
    return chosen >= 0 && view.width() < kWideEnough ? 0 : std::max(1, room / (kCard + kGap));
}

int StepStrip::State::lastFirst() const { return std::max(0, count() - std::max(1, visibleCards())); }

QRect StepStrip::State::cardAt(int k) const {
    const int place = k - first;
    if (k < 0 || k >= count() || place < 0 || place >= visibleCards()) {
        return {};
    }
    return {stripLeft() + place * (kCard + kGap), kMargin, kCard, view.height() - kMargin - kLane};
}

QRect StepStrip::State::pictureBox(int k) const {
    if (k == chosen && !large().isNull()) {
        const QRect inner = large().adjusted(kPadding, kPadding, -kPadding, -kPadding);
        const int width = std::min(inner.width() - 150, inner.width() * 58 / 100);
        return {inner.left(), inner.top(), std::max(1, width), std::max(1, inner.height())};
    }
    const QRect box = cardAt(k);
    if (box.isNull()) {
        return {};
    }
    const int below = 2 * kLine + kEquation + 4;
    return box.adjusted(kPadding, kPadding + kName + 2, -kPadding, -kPadding - below);
}

// Maps and matrices keep their sides, as far as something can still be seen; bars fill their box.
QRect StepStrip::State::pictureOf(int k) const {
    const QRect box = pictureBox(k);
    const StepCard& of = card(k);
    if (box.width() < 1 || box.height() < 1 || of.shape.size() < 2 || of.picture == StepPicture::Bars ||
        of.picture == StepPicture::Histogram) {
        return box;
    }
    const double rows = static_cast<double>(of.shape[of.shape.size() - 2]);
    const double columns = static_cast<double>(of.shape.back());
    double aspect = columns / std::max(1.0, rows);
    const auto features = result ? result->features(job.model) : nullptr;
    if (of.picture != StepPicture::Matrix && features) {
        aspect *= features->geometry.stepX / features->geometry.stepY;
    }
    aspect = std::clamp(std::isfinite(aspect) ? aspect : 1.0, 0.4, 2.5);
    int width = box.width();
    int height = static_cast<int>(std::lround(width / aspect));
    if (height > box.height()) {
        height = box.height();
        width = static_cast<int>(std::lround(height * aspect));
    }
    return {box.left(), box.top() + (box.height() - height) / 2, std::max(1, width), std::max(1, height)};
}

int StepStrip::State::cardUnder(const QPoint& position) const {
    if (large().contains(position)) {
        return chosen;
    }
    for (int k = first; k < count(); ++k) {
        if (cardAt(k).contains(position)) {
            return k;
        }
    }
    return -1;
}

int StepStrip::State::pointedAt() const {
    const int k = hovered >= 0 ? hovered : chosen >= 0 ? chosen : view.hasFocus() ? selected : -1;
    return k < count() ? k : -1;
}

void StepStrip::State::reveal(int k) {
    const int visible = std::max(1, visibleCards());
    first = std::clamp(first, k - visible + 1, std::max(k, 0));
    first = std::clamp(first, 0, lastFirst());
}

void StepStrip::State::paintPicture(QPainter& painter, int k, const QRect& at) const {
    if (picture(k).image.isNull()) {
        painter.fillRect(at, theme().control);
        return;
    }
    const bool scaled = picture(k).size != at.size() * view.devicePixelRatioF();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scaled);
    painter.drawImage(at, picture(k).image);
}

void StepStrip::State::paintCard(QPainter& painter, int k) const {
    const QRect box = cardAt(k);
    if (box.isNull()) {
        return;
    }
    const Theme& t = theme();
    const int pointed = pointedAt();
    const auto& needs = pointed >= 0 ? card(pointed).needs : std::vector<int>{};
    const bool marked = std::find(needs.begin(), needs.end(), k) != needs.end();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(t.card);
    painter.setPen(QPen(marked ? t.accent : k == pointed ? mixed(t.border, t.text, 0.4) : t.border, marked ? 2.0 : 1.0));
    const double half = marked ? 1.0 : 0.5;
    painter.drawRoundedRect(QRectF(box).adjusted(half, half, -half, -half), 7, 7);
    painter.setRenderHint(QPainter::Antialiasing, false);

    const QRect inner = box.adjusted(kPadding, kPadding, -kPadding, -kPadding);
    painter.setFont(nameFont(view.font()));
    drawLine(painter, QRect(inner.left(), inner.top() - 2, inner.width(), kName), name(k), t.text);
    // The enlarged card's own picture is large; here it is drawn smaller.
    QRect at = pictureOf(k);
    if (k == chosen) {
        const int below = 2 * kLine + kEquation + 4;
        const QRect own = box.adjusted(kPadding, kPadding + kName + 2, -kPadding, -kPadding - below);
        const QSize size = at.size().scaled(own.size(), Qt::KeepAspectRatio);
        at = QRect(own.topLeft() + QPoint(0, (own.height() - size.height()) / 2), size);
    }
    paintPicture(painter, k, at);
    int top = inner.bottom() + 1 - 2 * kLine - kEquation;
    painter.setFont(mathFont(view.font(), 12));
    drawLine(painter, QRect(inner.left(), top, inner.width(), kEquation), QString::fromStdString(card(k).equation), t.text);
    top += kEquation;
    painter.setFont(smallFont(view.font()));
    drawLine(painter, QRect(inner.left(), top, inner.width(), kLine), shape(k), t.secondary);
    drawLine(painter, QRect(inner.left(), top + kLine, inner.width(), kLine), numbers(k), t.secondary);
    if (view.hasFocus() && k == selected && chosen < 0) {
        paintFocusRing(painter, box);
    }
}

void StepStrip::State::paintLarge(QPainter& painter) const {
    const QRect box = large();
    const Theme& t = theme();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(t.card);
    painter.setPen(QPen(t.border, 1.0));
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintPicture(painter, chosen, pictureOf(chosen));
    const QRect place = pictureBox(chosen);
    QRect text(place.right() + 1 + 12, box.top() + kPadding - 2, box.right() - kPadding - place.right() - 12,
               box.height() - 2 * kPadding + 4);
    painter.setFont(nameFont(view.font()));
    drawLine(painter, QRect(text.left(), text.top(), text.width(), kName), name(chosen), t.text);
    text.setTop(text.top() + kName);
    painter.setFont(smallFont(view.font()));
    drawLine(painter, QRect(text.left(), text.top(), text.width(), kLine), shape(chosen), t.secondary);
    text.setTop(text.top() + kLine + 4);
    const QStringList lines = exactNumbers(chosen);
    const int below = (static_cast<int>(lines.size()) + 1) * kLine + 4;
    if (!card(chosen).equation.empty()) {
        const bool roomy = text.height() > 120;
        painter.setFont(mathFont(view.font(), roomy ? 15 : 13));
        const int took = drawWrapped(painter, QRect(text.left(), text.top(), text.width(), text.height() - below),
                                     QString::fromStdString(card(chosen).equation), t.text);
        text.setTop(text.top() + took + 4);
    }
    painter.setFont(smallFont(view.font()));
    for (const QString& line : lines) {
        drawLine(painter, QRect(text.left(), text.top(), text.width(), kLine), line, t.secondary);
        text.setTop(text.top() + kLine);
    }
    const QString read = view.reading();
    const bool room = text.height() >= 2 * kLine;
    drawLine(painter, QRect(text.left(), text.top(), text.width(), kLine), read.isEmpty() && !room ? tr("Esc returns") : read,
             read.isEmpty() ? t.secondary : t.text);
    if (room) {
        drawLine(painter, QRect(text.left(), text.bottom() + 1 - kLine, text.width(), kLine), tr("Esc returns"), t.secondary);
    }
    if (view.hasFocus()) {
        paintFocusRing(painter, box);
    }
}

// Between neighbours a quiet arrow where one needs the other; of the card pointed at, the ways from all it needs.
void StepStrip::State::paintArrows(QPainter& painter) const {
    const Theme& t = theme();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    const int pointed = pointedAt();
    for (int k = 1; k < count(); ++k) {
        const QRect to = cardAt(k);
        const QRect from = cardAt(k - 1);
        const auto& needs = card(k).needs;
        if (to.isNull() || from.isNull() || std::find(needs.begin(), needs.end(), k - 1) == needs.end()) {
            continue;
        }
        const double y = pictureBox(k == chosen ? k - 1 : k).center().y() + 0.5;
        painter.setPen(k == pointed ? QPen(t.accent, 2.0) : QPen(t.secondary, 1.2));
        const QPointF tip(to.left() - 8.0, k == chosen || k - 1 == chosen ? to.center().y() + 0.5 : y);
        painter.drawLine(QPointF(from.right() + 9.0, tip.y()), tip);
        arrowHead(painter, tip, {1, 0});
    }
    const QRect to = pointed >= 0 ? cardAt(pointed) : QRect();
    if (to.isNull()) {
        return;
    }
    painter.setPen(QPen(t.accent, 2.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const double lane = to.bottom() + 1 + kLane - 4.5;
    for (const int need : card(pointed).needs) {
        if (need == pointed - 1 && !cardAt(need).isNull()) {
            continue;
        }
        const QRect from = cardAt(need);
        QPainterPath path;
        if (from.isNull()) {  // scrolled away
            path.moveTo(need < first ? stripLeft() - kMargin : view.width(), lane);
        } else {
            path.moveTo(from.center().x(), from.bottom() + 2);
            path.lineTo(from.center().x(), lane);
        }
        path.lineTo(to.center().x(), lane);
        path.lineTo(to.center().x(), to.bottom() + 3);
        painter.drawPath(path);
        arrowHead(painter, QPointF(to.center().x(), to.bottom() + 2), {0, -1});
    }
}

// Which part of the cards is shown, when it is not all.
void StepStrip::State::paintHint(QPainter& painter) const {
    if (visibleCards() < 1 || count() <= visibleCards()) {
        return;
    }
    const int left = stripLeft();
    const double room = view.width() - left - kMargin;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(theme().window, theme().secondary, 0.5));
    painter.drawRoundedRect(QRectF(left + room * first / count(), view.height() - 3.0, room * visibleCards() / count(), 2.0), 1,
                            1);
}

void StepStrip::State::paint(QPainter& painter) const {
    painter.fillRect(view.rect(), theme().window);
    if (cards.empty() || (module && !module->output)) {
        painter.setPen(module && !module->output ? theme().error : theme().secondary);
        painter.drawText(view.rect().adjusted(16, 0, -16, 0), Qt::AlignCenter | Qt::TextWordWrap, emptyText());
        if (view.hasFocus()) {
            paintFocusRing(painter, view.rect());
        }
        return;
    }
    for (int k = first; k < count(); ++k) {
        paintCard(painter, k);
    }
    if (chosen >= 0) {
        paintLarge(painter);
    }
    paintArrows(painter);
    paintHint(painter);
}

}  // namespace fovea
