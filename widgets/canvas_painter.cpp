#include "widgets/canvas_painter.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <utility>

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

CanvasPainter::CanvasPainter(QPainter& painter, const QFont& font, const CanvasView& view, const CanvasLayers& layers,
                             const CanvasLabels& labels)
    : m_painter(painter), m_font(font), m_view(view), m_layers(layers), m_labels(labels) {}

QRectF CanvasPainter::cellRect(const CellGeometry& geometry, int i, int j) const {
    const QPointF from = m_view.positionOf({geometry.originX + j * geometry.stepX, geometry.originY + i * geometry.stepY});
    return {from, QSizeF(geometry.stepX, geometry.stepY) * m_view.scale()};
}

void CanvasPainter::paintPicture() {
    if (const CanvasLayers::Layer* before = m_layers.fading()) {
        paintLayer(*before);
        m_painter.setOpacity(m_layers.faded());
    }
    paintLayer(m_layers.shown());
    m_painter.setOpacity(1.0);
}

void CanvasPainter::paintLayer(const CanvasLayers::Layer& layer) {
    if (layer.image.isNull()) {
        return;
    }
    const Viewport& drawn = layer.rendered.request.viewport;
    m_painter.save();
    const Frame& of = layer.rendered.request.result->frame;
    if (drawn == m_view.viewport() && QSizeF(of.width, of.height) == m_view.picture) {
        m_painter.scale(1.0 / m_view.ratio, 1.0 / m_view.ratio);
        m_painter.drawImage(0, 0, layer.image);
    } else {
        m_painter.setClipRect(m_view.pictureRect());
        m_painter.setRenderHint(QPainter::SmoothPixmapTransform);
        // A stream may have changed its size since: the last pixels keep the place of the picture.
        const double x = m_view.picture.width() / of.width;
        const double y = m_view.picture.height() / of.height;
        const QSizeF extent = QSizeF(x * layer.image.width(), y * layer.image.height()) / drawn.zoom * m_view.scale();
        m_painter.drawImage(QRectF(m_view.positionOf({x * drawn.originX, y * drawn.originY}), extent), layer.image);
    }
    m_painter.restore();
}

QColor CanvasPainter::colourUnder(const QRectF& rect) const {
    constexpr int kColumns = 5;
    constexpr int kRows = 3;
    const CanvasLayers::Layer& layer = m_layers.shown();
    const Viewport& drawn = layer.rendered.request.viewport;
    int sum[3] = {0, 0, 0};
    int count = 0;
    for (int k = 0; k < kColumns * kRows; ++k) {
        const int column = k % kColumns;
        const int row = k / kColumns;
        const QPointF place(rect.x() + rect.width() * (column + 0.5) / kColumns, rect.y() + rect.height() * (row + 0.5) / kRows);
        const QPointF pixel = (m_view.pictureAt(place) - QPointF(drawn.originX, drawn.originY)) * drawn.zoom;
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

void CanvasPainter::paintCells() {
    const ScalarField* values = m_layers.field();
    if (values == nullptr) {
        return;
    }
    const CellGeometry& g = values->geometry;
    const double smallest = std::min(g.stepX, g.stepY) * m_view.scale();
    if (smallest <= kSmallestWrittenCell) {
        return;
    }
    const QPointF from = m_view.pictureAt({0.0, 0.0});
    const QPointF to = m_view.pictureAt({m_view.size.width(), m_view.size.height()});
    const auto [firstRow, lastRow] =
        cellsBetween(std::max(from.y(), 0.0), std::min(to.y(), m_view.picture.height()), g.originY, g.stepY, values->height);
    const auto [firstColumn, lastColumn] =
        cellsBetween(std::max(from.x(), 0.0), std::min(to.x(), m_view.picture.width()), g.originX, g.stepX, values->width);
    QStringList texts;
    for (int i = firstRow; i < lastRow; ++i) {
        for (int j = firstColumn; j < lastColumn; ++j) {
            const float value = values->values[static_cast<std::size_t>(i) * values->width + j];
            texts << (std::isnan(value) ? QString() : numberText(value));
        }
    }
    const std::optional<QFont> font = fontFor(texts, m_font, g.stepX * m_view.scale() - 6.0);
    m_painter.save();
    m_painter.setClipRect(m_view.pictureRect());
    m_painter.setFont(font.value_or(m_font));
    qsizetype next = 0;
    for (int i = firstRow; i < lastRow; ++i) {
        for (int j = firstColumn; j < lastColumn; ++j) {
            const QString& text = texts[next++];
            paintCell(cellRect(g, i, j), font ? text : QString());
        }
    }
    m_painter.restore();
}

void CanvasPainter::paintCell(const QRectF& rect, const QString& text) {
    // A light and a dark hairline side by side, so that the grid shows on every colour.
    m_painter.fillRect(QRectF(rect.x(), rect.y(), 1.0, rect.height()), QColor(0, 0, 0, 70));
    m_painter.fillRect(QRectF(rect.x(), rect.y(), rect.width(), 1.0), QColor(0, 0, 0, 70));
    m_painter.fillRect(QRectF(rect.x() + 1.0, rect.y() + 1.0, 1.0, rect.height() - 1.0), QColor(255, 255, 255, 45));
    m_painter.fillRect(QRectF(rect.x() + 2.0, rect.y() + 1.0, rect.width() - 2.0, 1.0), QColor(255, 255, 255, 45));
    if (text.isEmpty()) {
        return;
    }
    const QSizeF extent = m_painter.fontMetrics().boundingRect(text).size();
    const QRectF centred(rect.center() - QPointF(extent.width(), extent.height()) / 2.0, extent);
    m_painter.setPen(readableOn(colourUnder(centred)));
    m_painter.drawText(rect, Qt::AlignCenter, text);
}

void CanvasPainter::paintSpot(QPointF fraction) {
    const ScalarField* values = m_layers.field();
    if (values == nullptr) {
        return;
    }
    const QPointF at = m_view.atFraction(fraction);
    const Cell cell = cellAt(*values, at.x(), at.y());
    const QRectF rect = cellRect(values->geometry, cell.i, cell.j).intersected(m_view.pictureRect());
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(Qt::black, 3));
    m_painter.drawRect(rect);
    m_painter.setPen(QPen(Qt::white, 1));
    m_painter.drawRect(rect);
}

// A pin is told by its number and, for those who see only its outline, by its shape.
void CanvasPainter::paintPin(const CanvasPin& pin) {
    const QPointF at = m_view.positionOf(m_view.atFraction(pin.at));
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
    m_painter.setBrush(pin.active ? QColor(0, 0, 0, 150) : QColor(0, 0, 0, 60));
    m_painter.setPen(QPen(Qt::black, 4));
    m_painter.drawPath(shape);
    m_painter.setPen(QPen(pin.active ? QColor(Qt::white) : QColor(255, 255, 255, 170), 2));
    m_painter.drawPath(shape);
    m_painter.setPen(Qt::white);
    m_painter.drawText(QRectF(at - QPointF(9.0, 9.0), QSizeF(18.0, 18.0)), Qt::AlignCenter, QString::number(pin.number));
}

void CanvasPainter::paintPins(const std::vector<CanvasPin>& pins) {
    if (pins.empty()) {
        return;
    }
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    QFont font = sized(m_font, 11);
    font.setBold(true);
    m_painter.setFont(font);
    for (const CanvasPin& pin : pins) {
        paintPin(pin);
    }
    m_painter.restore();
}

void CanvasPainter::paintGhost(QPointF at) {
    for (const auto& [colour, width] : {std::pair(QColor(0, 0, 0, 160), 3), std::pair(QColor(Qt::white), 1)}) {
        m_painter.setPen(QPen(colour, width));
        m_painter.drawLine(at - QPointF(8.0, 0.0), at + QPointF(8.0, 0.0));
        m_painter.drawLine(at - QPointF(0.0, 8.0), at + QPointF(0.0, 8.0));
    }
}

void CanvasPainter::paintReading(const std::optional<QPointF>& cursor) {
    const std::optional<QPointF>& place = m_labels.ghost ? m_labels.ghost : cursor;
    if (!m_labels.hasReading || !place || !m_view.contains(*place)) {
        return;
    }
    m_painter.save();
    if (m_labels.ghost) {
        paintGhost(m_view.positionOf(*place));
    }
    const CursorInfo info = m_layers.infoAt(*place);
    if (info.hasValue) {
        m_painter.setRenderHint(QPainter::Antialiasing);
        m_painter.setFont(sized(m_font, 12));
        const QString text = numberText(info.value);
        const double width = m_painter.fontMetrics().horizontalAdvance(text) + 20.0;
        const QRectF box(m_view.size.width() - width - kInset, kInset, width, 24.0);
        m_painter.setPen(QPen(theme().border, 1.0));
        m_painter.setBrush(translucent(theme().window, 235));
        m_painter.drawRoundedRect(box, 6.0, 6.0);
        m_painter.setPen(theme().text);
        m_painter.drawText(box, Qt::AlignCenter, text);
    }
    m_painter.restore();
}

void CanvasPainter::paintChip() {
    if (m_labels.chip.isEmpty()) {
        return;
    }
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setFont(sized(m_font, 12));
    const double lead = m_labels.domain ? 28.0 : 12.0;
    const double beside = m_labels.hasReading ? kReading : 0.0;  // the value under the cursor stands there
    const double room = m_view.size.width() - m_labels.chipLeft - 2.0 * kInset - lead - 12.0 - beside;
    // Both ends matter, the mechanism and where its weights came from, so the middle goes first.
    const QString text = m_painter.fontMetrics().elidedText(m_labels.chip, Qt::ElideMiddle, std::max(0, static_cast<int>(room)));
    const QRectF pill(m_labels.chipLeft + kInset, kInset, lead + m_painter.fontMetrics().horizontalAdvance(text) + 12.0, 26.0);
    const QColor colour = m_labels.domain ? theme().domain(*m_labels.domain) : theme().border;
    m_painter.setPen(m_labels.isHard ? QPen(colour, 1.5, Qt::DashLine) : QPen(theme().border, 1.0));
    m_painter.setBrush(translucent(theme().window, 235));
    m_painter.drawRoundedRect(pill, 13.0, 13.0);
    if (m_labels.domain) {
        const QPointF centre(pill.x() + 16.0, pill.center().y());
        QPen dashed(colour, 2.0, Qt::CustomDashLine, Qt::FlatCap);
        dashed.setDashPattern({1.3, 1.0});
        m_painter.setPen(m_labels.isHard ? dashed : QPen(Qt::NoPen));
        m_painter.setBrush(m_labels.isHard ? QBrush(Qt::NoBrush) : QBrush(colour));
        m_painter.drawEllipse(centre, 4.0, 4.0);
    }
    m_painter.setPen(theme().text);
    m_painter.drawText(pill.adjusted(lead, 0.0, 0.0, 0.0), Qt::AlignVCenter | Qt::AlignLeft, text);
    m_painter.restore();
}

void CanvasPainter::paintStaleness() {
    const std::optional<int> age = m_layers.subject().isPeeking ? std::nullopt : m_layers.staleness();
    if (!age) {
        return;
    }
    m_painter.save();
    const QRectF border = m_view.pictureRect().adjusted(-2.0, -2.0, 2.0, 2.0);
    m_painter.setBrush(Qt::NoBrush);
    QPen dashed(theme().secondary, 2.0, Qt::CustomDashLine, Qt::FlatCap, Qt::MiterJoin);
    dashed.setDashPattern({4.0, 3.0});
    m_painter.setPen(dashed);
    m_painter.drawRect(border);
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setFont(sized(m_font, 11));
    const QString text = tr("%1 ms old").arg(*age);
    const double top = m_labels.chip.isEmpty() ? kInset : kInset + 26.0 + 6.0;
    const QRectF pill(kInset, top, m_painter.fontMetrics().horizontalAdvance(text) + 20.0, 22.0);
    m_painter.setPen(QPen(theme().border, 1.0));
    m_painter.setBrush(translucent(theme().window, 235));
    m_painter.drawRoundedRect(pill, 11.0, 11.0);
    m_painter.setPen(theme().text);
    m_painter.drawText(pill, Qt::AlignCenter, text);
    m_painter.restore();
}

void CanvasPainter::paintPlaceholder(const QRect& rect) {
    m_painter.setPen(theme().secondary);
    m_painter.drawText(rect.adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_labels.placeholder);
}

void CanvasPainter::paintError() {
    const RenderedOverlay& rendered = m_layers.shown().rendered;
    if (!rendered.error || rendered.error->code == ErrorCode::Cancelled) {
        return;
    }
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    const QString text = errorText(*rendered.error);
    const QRectF room(0.0, 0.0, std::max(40.0, m_view.size.width() - 2.0 * kInset - 24.0), m_view.size.height());
    const QRectF needed = m_painter.boundingRect(room, Qt::TextWordWrap, text);
    QRectF banner = needed.adjusted(-12.0, -7.0, 12.0, 7.0);
    banner.moveCenter({m_view.size.width() / 2.0, 0.0});
    banner.moveBottom(m_view.size.height() - kInset);
    m_painter.setPen(QPen(translucent(theme().error, 90), 1.0));
    m_painter.setBrush(theme().errorSurface);
    m_painter.drawRoundedRect(banner, 7.0, 7.0);
    m_painter.setPen(theme().error);
    m_painter.drawText(banner, Qt::AlignCenter | Qt::TextWordWrap, text);
    m_painter.restore();
}

}  // namespace fovea
