#include "widgets/figure/figure.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFontMetrics>
#include <QImageWriter>
#include <QPainter>
#include <QTextLayout>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/export/export.h"

namespace fovea {
namespace {

constexpr QRgb kInk = 0xFF202020;
constexpr QRgb kRim = 0xFF808080;
constexpr int kCaptionLines = 4;

QString valueText(double value, int digits) {
    QString text = QString::number(value == 0.0 ? 0.0 : value, 'g', digits);
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

/// A text at a share of the bar's height, 0 at the bottom.
struct Tick {
    double share = 0.0;
    QString text;
};

/// The true ends, with three significant digits; more only where both ends would read the same. 0 is marked where it is the
/// centre.
std::vector<Tick> ticks(const ScalarField& field, ValueRange range) {
    if (!(range.hi > range.lo)) {
        return {{0.5, QCoreApplication::translate("figure", "%1 everywhere").arg(valueText(range.lo, 3))}};
    }
    int digits = 3;
    while (digits < 9 && valueText(range.lo, digits) == valueText(range.hi, digits)) {
        ++digits;
    }
    std::vector<Tick> out = {{0.0, valueText(range.lo, digits)}, {1.0, valueText(range.hi, digits)}};
    if (field.diverging && range.lo < 0.0F && range.hi > 0.0F) {
        out.push_back({-range.lo / (static_cast<double>(range.hi) - range.lo), valueText(0.0, digits)});
    }
    return out;
}

struct Layout {
    int font = 11;
    int gap = 6;
    QRect bar;
    std::vector<Tick> labels;
    std::vector<QString> caption;  ///< lines
    int lineHeight = 0;
    QSize size;
};

/// Breaks a text into at most kCaptionLines lines; what does not fit is cut with an ellipsis.
std::vector<QString> wrapped(const QString& text, const QFont& font, int width) {
    QTextLayout layout(text, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    std::vector<QString> lines;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        const bool last = static_cast<int>(lines.size()) == kCaptionLines - 1;
        const QString rest = text.mid(line.textStart());
        lines.push_back(last ? QFontMetrics(font).elidedText(rest, Qt::ElideRight, width)
                             : rest.left(line.textLength()).trimmed());
        if (last) {
            break;
        }
    }
    layout.endLayout();
    return lines;
}

QFont fontOf(const Layout& layout) {
    QFont font;
    font.setPixelSize(layout.font);
    return font;
}

Layout layoutOf(const QSize& picture, const ScalarField* field, const OverlayStyle& style, const FigureOptions& options) {
    Layout out;
    out.font = std::max(11, picture.height() / 36);
    out.gap = std::max(6, out.font / 2);
    out.size = picture;
    const QFontMetrics metrics(fontOf(out));
    out.lineHeight = metrics.lineSpacing();
    if (options.colorBar && field != nullptr) {
        out.labels = ticks(*field, effectiveRange(*field, style));
        int labelWidth = 0;
        for (const Tick& tick : out.labels) {
            labelWidth = std::max(labelWidth, metrics.horizontalAdvance(tick.text));
        }
        // Room for three labels, however small the picture is; a pixel on every side for the rim.
        const int height = std::max(picture.height() - 2, 4 * out.lineHeight);
        out.bar = QRect(picture.width() + out.gap, 1, std::max(12, out.font), height);
        out.size.setWidth(out.bar.right() + 1 + 2 * out.gap + labelWidth);
        out.size.setHeight(std::max(picture.height(), height + 2));
    }
    if (options.caption && !options.captionText.isEmpty()) {
        out.size.setWidth(std::max(out.size.width(), 16 * out.font));
        out.caption = wrapped(options.captionText, fontOf(out), out.size.width() - 2 * out.gap);
        out.size.rheight() += 2 * out.gap + static_cast<int>(out.caption.size()) * out.lineHeight;
    }
    return out;
}

void paintBar(QPainter& painter, const Layout& layout, const ScalarField& field, const OverlayStyle& style) {
    const QRect& bar = layout.bar;
    const ValueRange range = effectiveRange(field, style);
    const ColorTable& table = effectiveColormap(field, style).table;
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(kRim));
    for (int k = 0; k < bar.height(); ++k) {
        const double share = 1.0 - static_cast<double>(k) / std::max(bar.height() - 1, 1);
        const long flat = field.diverging ? 128 : 0;
        const long index = range.hi > range.lo ? std::lround(255.0 * share) : flat;
        painter.fillRect(bar.x(), bar.y() + k, bar.width(), 1, QColor(table[static_cast<std::size_t>(index)]));
    }
    painter.setPen(QColor(kInk));
    for (const Tick& tick : layout.labels) {
        const int center = bar.y() + static_cast<int>(std::lround((1.0 - tick.share) * (bar.height() - 1)));
        const int top = std::clamp(center - layout.lineHeight / 2, 0, bar.bottom() + 2 - layout.lineHeight);
        const int left = bar.right() + 1 + layout.gap;
        painter.drawText(QRect(left, top, layout.size.width() - left, layout.lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
                         tick.text);
    }
}

void paintCaption(QPainter& painter, const Layout& layout) {
    painter.setPen(QColor(kInk));
    int y = layout.size.height() - layout.gap - static_cast<int>(layout.caption.size()) * layout.lineHeight;
    for (const QString& line : layout.caption) {
        painter.drawText(QRect(layout.gap, y, layout.size.width() - 2 * layout.gap, layout.lineHeight),
                         Qt::AlignLeft | Qt::AlignVCenter, line);
        y += layout.lineHeight;
    }
}

/// A ring around the place which was asked; what lies under its middle stays to be seen.
void paintAsked(QPainter& painter, const AskedPlace& asked, const QSize& picture) {
    const double radius = std::max(4.0, picture.height() / 60.0);
    painter.save();
    painter.setClipRect(QRect(QPoint(0, 0), picture));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const auto& [colour, width] : {std::pair(Qt::black, 3.0), std::pair(Qt::white, 1.5)}) {
        painter.setPen(QPen(colour, width * radius / 4.0));
        painter.drawEllipse(QPointF(asked.x, asked.y), radius, radius);
    }
    painter.restore();
}

Error unwritable(const QString& path, const QString& reason) {
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” cannot be written (%2); choose another place."),
                     {path.toStdString(), reason.toStdString()});
}

}  // namespace

QImage composeFigure(const QImage& overlay, const ScalarField* field, const OverlayStyle& style, const FigureOptions& options) {
    if (overlay.isNull()) {
        return overlay;
    }
    const Layout layout = layoutOf(overlay.size(), field, style, options);
    if (layout.size == overlay.size()) {
        return overlay;
    }
    QImage figure(layout.size, QImage::Format_RGB32);
    if (figure.isNull()) {
        return figure;
    }
    figure.fill(Qt::white);
    QPainter painter(&figure);
    painter.setFont(fontOf(layout));
    QImage picture = overlay;
    picture.setDevicePixelRatio(1.0);
    painter.drawImage(0, 0, picture);
    if (field != nullptr && field->asked) {
        paintAsked(painter, *field->asked, overlay.size());
    }
    if (!layout.labels.empty()) {
        paintBar(painter, layout, *field, style);
    }
    paintCaption(painter, layout);
    return figure;
}

Result<void> savePng(const QImage& image, const QString& path) {
    if (image.isNull()) {
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "There is no picture to write; open one first."));
    }
    // Encoded in memory first: libpng prints its own line when a device fails under it.
    QBuffer bytes;
    QImageWriter writer(&bytes, "png");
    if (!bytes.open(QIODevice::WriteOnly) || !writer.write(image)) {
        return unwritable(path, writer.errorString());
    }
    return writeFileAtomically(path.toStdString(), bytes.data().toStdString());
}

}  // namespace fovea
