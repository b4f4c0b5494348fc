#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/canvas.h"
#include "widgets/canvas_state.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr double kSmallestWrittenCell = 48.0;  // logical pixels; smaller cells have no room for a number
constexpr int kLargestCellFont = 13;
constexpr int kSmallestCellFont = 9;
constexpr double kReading = 88.0;  // logical pixels for a value beside the chip
constexpr double kInset = 12.0;    // of chip and banner from the edges

QFont sized(const QFont& base, int pixels) {
    QFont font = base;
    font.setPixelSize(pixels);
    return font;
}

QColor translucent(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

QColor readableOn(const QColor& surface) {
    return contrastRatio(surface, Qt::white) >= contrastRatio(surface, Qt::black) ? QColor(Qt::white) : QColor(Qt::black);
}

// The cells of one axis which reach into [from, to) of the picture, as first and one past the last.
std::pair<int, int> cellsBetween(double from, double to, double origin, double step, int count) {
    const int first = std::clamp(static_cast<int>(std::floor((from - origin) / step)), 0, count);
    const int last = std::clamp(static_cast<int>(std::ceil((to - origin) / step)), 0, count);
    return {first, std::max(first, last)};
}

QRectF cellRect(const CanvasView& view, const CellGeometry& geometry, int i, int j) {
    const QPointF from = view.positionOf({geometry.originX + j * geometry.stepX, geometry.originY + i * geometry.stepY});
    return {from, QSizeF(geometry.stepX, geometry.stepY) * view.scale()};
}

// The largest font in which every text fits; nothing when even the smallest is too wide.
std::optional<QFont> fontFor(const QStringList& texts, const QFont& base, double room) {
    for (int pixels = kLargestCellFont; pixels >= kSmallestCellFont; --pixels) {
        const QFont font = sized(base, pixels);
        const QFontMetricsF metrics(font);
        if (std::all_of(texts.begin(), texts.end(), [&](const QString& t) { return metrics.horizontalAdvance(t) <= room; })) {
            return font;
        }
    }
    return std::nullopt;
}

}  // namespace

void Canvas::State::paintPicture(QPainter& painter) const {
    if (!result) {
        return;
    }
    if (fade.state() == QAbstractAnimation::Running && !peek) {
        paintLayer(painter, fading);
        painter.setOpacity(fade.currentValue().toDouble());
    }
    paintLayer(painter, shown());
    painter.setOpacity(1.0);
}

void Canvas::State::paintLayer(QPainter& painter, const Layer& layer) const {
    if (layer.image.isNull()) {
        return;
    }
    const Viewport& drawn = layer.rendered.request.viewport;
    painter.save();
    const Frame& of = layer.rendered.request.result->frame;
    if (drawn == view.viewport() && QSizeF(of.width, of.height) == view.picture) {
        painter.scale(1.0 / view.ratio, 1.0 / view.ratio);
        painter.drawImage(0, 0, layer.image);
    } else {
        painter.setClipRect(view.pictureRect());
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        // A stream may have changed its size since: the last pixels keep the place of the picture.
        const double x = view.picture.width() / of.width;
        const double y = view.picture.height() / of.height;
        const QSizeF extent = QSizeF(x * layer.image.width(), y * layer.image.height()) / drawn.zoom * view.scale();
        painter.drawImage(QRectF(view.positionOf({x * drawn.originX, y * drawn.originY}), extent), layer.image);
    }
    painter.restore();
}

QColor Canvas::State::colourUnder(const QRectF& rect) const {
    constexpr int kColumns = 5;
    constexpr int kRows = 3;
    const Layer& layer = shown();
    const Viewport& drawn = layer.rendered.request.viewport;
    int sum[3] = {0, 0, 0};
    int count = 0;
    for (int k = 0; k < kColumns * kRows; ++k) {
        const int column = k % kColumns;
        const int row = k / kColumns;
        const QPointF place(rect.x() + rect.width() * (column + 0.5) / kColumns, rect.y() + rect.height() * (row + 0.5) / kRows);
        const QPointF pixel = (view.pictureAt(place) - QPointF(drawn.originX, drawn.originY)) * drawn.zoom;
        const QPoint at(static_cast<int>(std::floor(pixel.x())), static_cast<int>(std::floor(pixel.y())));
        if (layer.image.valid(at)) {
            const QRgb colour = layer.image.pixel(at);
            sum[0] += qRed(colour);
            sum[1] += qGreen(colour);
            sum[2] += qBlue(colour);
            ++count;
        }
    }
    return count == 0 ? theme().canvas : QColor(sum[0] / count, sum[1] / count, sum[2] / count);
}

void Canvas::State::paintCells(QPainter& painter) const {
    const ScalarField* values = shownField();
    if (values == nullptr || moving) {
        return;
    }
    const CellGeometry& g = values->geometry;
    const double smallest = std::min(g.stepX, g.stepY) * view.scale();
    if (smallest <= kSmallestWrittenCell) {
        return;
    }
    const QPointF from = view.pictureAt({0.0, 0.0});
    const QPointF to = view.pictureAt({view.size.width(), view.size.height()});
    const auto [firstRow, lastRow] =
        cellsBetween(std::max(from.y(), 0.0), std::min(to.y(), view.picture.height()), g.originY, g.stepY, values->height);
    const auto [firstColumn, lastColumn] =
        cellsBetween(std::max(from.x(), 0.0), std::min(to.x(), view.picture.width()), g.originX, g.stepX, values->width);
    QStringList texts;
    for (int i = firstRow; i < lastRow; ++i) {
        for (int j = firstColumn; j < lastColumn; ++j) {
            const float value = values->values[static_cast<std::size_t>(i) * values->width + j];
            texts << (std::isnan(value) ? QString() : numberText(value));
        }
    }
    const std::optional<QFont> font = fontFor(texts, canvas.font(), g.stepX * view.scale() - 6.0);
    painter.save();
    painter.setClipRect(view.pictureRect());
    painter.setFont(font.value_or(canvas.font()));
    qsizetype next = 0;
    for (int i = firstRow; i < lastRow; ++i) {
        for (int j = firstColumn; j < lastColumn; ++j) {
            const QString& text = texts[next++];
            paintCell(painter, cellRect(view, g, i, j), font ? text : QString());
        }
    }
    painter.restore();
}

void Canvas::State::paintCell(QPainter& painter, const QRectF& rect, const QString& text) const {
    // A light and a dark hairline side by side, so that the grid shows on every colour.
    painter.fillRect(QRectF(rect.x(), rect.y(), 1.0, rect.height()), QColor(0, 0, 0, 70));
    painter.fillRect(QRectF(rect.x(), rect.y(), rect.width(), 1.0), QColor(0, 0, 0, 70));
    painter.fillRect(QRectF(rect.x() + 1.0, rect.y() + 1.0, 1.0, rect.height() - 1.0), QColor(255, 255, 255, 45));
    painter.fillRect(QRectF(rect.x() + 2.0, rect.y() + 1.0, rect.width() - 2.0, 1.0), QColor(255, 255, 255, 45));
    if (text.isEmpty()) {
        return;
    }
    const QSizeF extent = painter.fontMetrics().boundingRect(text).size();
    const QRectF centred(rect.center() - QPointF(extent.width(), extent.height()) / 2.0, extent);
    painter.setPen(readableOn(colourUnder(centred)));
    painter.drawText(rect, Qt::AlignCenter, text);
}

void Canvas::State::paintSpot(QPainter& painter) const {
    const ScalarField* values = shownField();
    if (!keyboardSpot || values == nullptr || !canvas.hasFocus()) {
        return;
    }
    const Cell cell = cellAt(*values, keyboardSpot->x() * view.picture.width(), keyboardSpot->y() * view.picture.height());
    const QRectF rect = cellRect(view, values->geometry, cell.i, cell.j).intersected(view.pictureRect());
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::black, 3));
    painter.drawRect(rect);
    painter.setPen(QPen(Qt::white, 1));
    painter.drawRect(rect);
}

// A pin is told by its number and, for those who see only its outline, by its shape.
void Canvas::State::paintPin(QPainter& painter, const CanvasPin& pin) const {
    const QPointF at = view.positionOf({pin.at.x() * view.picture.width(), pin.at.y() * view.picture.height()});
    QPainterPath shape;
    switch ((pin.number - 1) % 4) {
        case 0:
            shape.addEllipse(at, 9.0, 9.0);
            break;
        case 1:
            shape.addRect(QRectF(at - QPointF(8.0, 8.0), QSizeF(16.0, 16.0)));
            break;
        case 2:
            shape.addPolygon(QPolygonF{at - QPointF(0.0, 12.0), at + QPointF(12.0, 0.0), at + QPointF(0.0, 12.0),
                                       at - QPointF(12.0, 0.0), at - QPointF(0.0, 12.0)});
            break;
        default:
            shape.addPolygon(
                QPolygonF{at + QPointF(0.0, -13.0), at + QPointF(12.0, 8.0), at + QPointF(-12.0, 8.0), at + QPointF(0.0, -13.0)});
    }
    painter.setBrush(pin.active ? QColor(0, 0, 0, 150) : QColor(0, 0, 0, 60));
    painter.setPen(QPen(Qt::black, 4));
    painter.drawPath(shape);
    painter.setPen(QPen(pin.active ? QColor(Qt::white) : QColor(255, 255, 255, 170), 2));
    painter.drawPath(shape);
    painter.setPen(Qt::white);
    painter.drawText(QRectF(at - QPointF(9.0, 9.0), QSizeF(18.0, 18.0)), Qt::AlignCenter, QString::number(pin.number));
}

void Canvas::State::paintPins(QPainter& painter) const {
    if (pins.empty() || !result) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = sized(canvas.font(), 11);
    font.setBold(true);
    painter.setFont(font);
    for (const CanvasPin& pin : pins) {
        paintPin(painter, pin);
    }
    painter.restore();
}

// The same place as under the cursor on another pane, and what this pane's map says there.
void Canvas::State::paintGhost(QPainter& painter) const {
    const auto place = ghost ? ghost : hover ? std::optional(view.pictureAt(*hover)) : std::nullopt;
    if (!showsReading || !place || !result || !view.contains(*place)) {
        return;
    }
    painter.save();
    if (ghost) {
        const QPointF at = view.positionOf(*place);
        for (const auto& [colour, width] : {std::pair(QColor(0, 0, 0, 160), 3), std::pair(QColor(Qt::white), 1)}) {
            painter.setPen(QPen(colour, width));
            painter.drawLine(at - QPointF(8.0, 0.0), at + QPointF(8.0, 0.0));
            painter.drawLine(at - QPointF(0.0, 8.0), at + QPointF(0.0, 8.0));
        }
    }
    const CursorInfo info = infoAt(*place);
    if (info.hasValue) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setFont(sized(canvas.font(), 12));
        const QString text = numberText(info.value);
        const double width = painter.fontMetrics().horizontalAdvance(text) + 20.0;
        const QRectF box(view.size.width() - width - kInset, kInset, width, 24.0);
        painter.setPen(QPen(theme().border, 1.0));
        painter.setBrush(translucent(theme().window, 235));
        painter.drawRoundedRect(box, 6.0, 6.0);
        painter.setPen(theme().text);
        painter.drawText(box, Qt::AlignCenter, text);
    }
    painter.restore();
}

void Canvas::State::paintChip(QPainter& painter) const {
    if (chip.text.isEmpty() || !result) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(sized(canvas.font(), 12));
    const double lead = chip.domain ? 28.0 : 12.0;
    const double beside = showsReading ? kReading : 0.0;  // the value under the cursor stands there
    const double room = view.size.width() - chipLeft - 2.0 * kInset - lead - 12.0 - beside;
    // Both ends matter, the mechanism and where its weights came from, so the middle goes first.
    const QString text = painter.fontMetrics().elidedText(chip.text, Qt::ElideMiddle, std::max(0, static_cast<int>(room)));
    const QRectF pill(chipLeft + kInset, kInset, lead + painter.fontMetrics().horizontalAdvance(text) + 12.0, 26.0);
    const QColor colour = chip.domain ? theme().domain(*chip.domain) : theme().border;
    painter.setPen(chip.hard ? QPen(colour, 1.5, Qt::DashLine) : QPen(theme().border, 1.0));
    painter.setBrush(translucent(theme().window, 235));
    painter.drawRoundedRect(pill, 13.0, 13.0);
    if (chip.domain) {
        const QPointF centre(pill.x() + 16.0, pill.center().y());
        QPen dashed(colour, 2.0, Qt::CustomDashLine, Qt::FlatCap);
        dashed.setDashPattern({1.3, 1.0});
        painter.setPen(chip.hard ? dashed : QPen(Qt::NoPen));
        painter.setBrush(chip.hard ? QBrush(Qt::NoBrush) : QBrush(colour));
        painter.drawEllipse(centre, 4.0, 4.0);
    }
    painter.setPen(theme().text);
    painter.drawText(pill.adjusted(lead, 0.0, 0.0, 0.0), Qt::AlignVCenter | Qt::AlignLeft, text);
    painter.restore();
}

// The words stand under the chip, and the border says at a glance that map and picture do not belong together.
void Canvas::State::paintStaleness(QPainter& painter) const {
    const std::optional<int> age = peek ? std::nullopt : staleness();
    if (!age || !result) {
        return;
    }
    painter.save();
    const QRectF border = view.pictureRect().adjusted(-2.0, -2.0, 2.0, 2.0);
    painter.setBrush(Qt::NoBrush);
    QPen dashed(theme().secondary, 2.0, Qt::CustomDashLine, Qt::FlatCap, Qt::MiterJoin);
    dashed.setDashPattern({4.0, 3.0});
    painter.setPen(dashed);
    painter.drawRect(border);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(sized(canvas.font(), 11));
    const QString text = tr("%1 ms old").arg(*age);
    const double top = chip.text.isEmpty() ? kInset : kInset + 26.0 + 6.0;
    const QRectF pill(kInset, top, painter.fontMetrics().horizontalAdvance(text) + 20.0, 22.0);
    painter.setPen(QPen(theme().border, 1.0));
    painter.setBrush(translucent(theme().window, 235));
    painter.drawRoundedRect(pill, 11.0, 11.0);
    painter.setPen(theme().text);
    painter.drawText(pill, Qt::AlignCenter, text);
    painter.restore();
}

void Canvas::State::paintPlaceholder(QPainter& painter) const {
    if (!result) {
        painter.setPen(theme().secondary);
        painter.drawText(canvas.rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, placeholder);
    }
}

void Canvas::State::paintError(QPainter& painter) const {
    const RenderedOverlay& rendered = shown().rendered;
    if (!result || !rendered.error || rendered.error->code == ErrorCode::Cancelled) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QString text = errorText(*rendered.error);
    const QRectF room(0.0, 0.0, std::max(40.0, view.size.width() - 2.0 * kInset - 24.0), view.size.height());
    const QRectF needed = painter.boundingRect(room, Qt::TextWordWrap, text);
    QRectF banner = needed.adjusted(-12.0, -7.0, 12.0, 7.0);
    banner.moveCenter({view.size.width() / 2.0, 0.0});
    banner.moveBottom(view.size.height() - kInset);
    painter.setPen(QPen(translucent(theme().error, 90), 1.0));
    painter.setBrush(theme().errorSurface);
    painter.drawRoundedRect(banner, 7.0, 7.0);
    painter.setPen(theme().error);
    painter.drawText(banner, Qt::AlignCenter | Qt::TextWordWrap, text);
    painter.restore();
}

void Canvas::paintEvent(QPaintEvent* /*event*/) {
    State& s = *m_state;
    if (devicePixelRatioF() != s.view.ratio) {
        // The window has come to a screen of another density.
        const double oldZoom = s.view.zoom;
        s.view.resize(size(), devicePixelRatioF());
        s.viewChanged(oldZoom);
    }
    // Also what became wanted while the canvas was hidden.
    s.requestSoon();
    QPainter painter(this);
    painter.fillRect(rect(), theme().canvas);
    s.paintPicture(painter);
    s.paintCells(painter);
    s.paintSpot(painter);
    s.paintPins(painter);
    s.paintGhost(painter);
    s.paintPlaceholder(painter);
    s.paintStaleness(painter);
    s.paintChip(painter);
    s.paintError(painter);
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
    if (s.overlay.rendered.pixels != s.saidPainted) {
        s.saidPainted = s.overlay.rendered.pixels;
        if (s.saidPainted) {
            Q_EMIT overlayPainted(s.overlay.rendered);
        }
    }
}

}  // namespace fovea
