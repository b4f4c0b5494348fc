#include "widgets/glyph_button.h"

#include <QPainter>
#include <QPainterPath>

#include "widgets/card_parts.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSide = 28;

QPolygonF triangle(double x, double width) { return QPolygonF({{x, -6.0}, {x + width, 0.0}, {x, 6.0}}); }

// Three quarters of a circle whose end points on.
void paintLoop(QPainter& painter, const QColor& colour) {
    painter.setPen(QPen(colour, 1.6, Qt::SolidLine, Qt::FlatCap));
    painter.setBrush(Qt::NoBrush);
    painter.drawArc(QRectF(-5.5, -5.5, 11.0, 11.0), 60 * 16, 285 * 16);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(QPolygonF({{2.0, -8.4}, {7.2, -4.6}, {1.2, -2.4}}));
}

// Around the middle (0, 0), within ±7.
void paintGlyph(QPainter& painter, Glyph glyph, const QColor& colour) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (glyph) {
        case Glyph::Play:
            painter.drawPolygon(triangle(-4.0, 10.0));
            return;
        case Glyph::Pause:
            painter.drawRect(QRectF(-5.0, -6.0, 3.0, 12.0));
            painter.drawRect(QRectF(2.0, -6.0, 3.0, 12.0));
            return;
        case Glyph::StepBack:
            painter.drawRect(QRectF(-6.0, -6.0, 2.0, 12.0));
            painter.drawPolygon(triangle(6.0, -9.0));
            return;
        case Glyph::StepForward:
            painter.drawRect(QRectF(4.0, -6.0, 2.0, 12.0));
            painter.drawPolygon(triangle(-6.0, 9.0));
            return;
        case Glyph::Loop:
            paintLoop(painter, colour);
            return;
        case Glyph::Record:
            painter.drawEllipse(QPointF(0.0, 0.0), 5.5, 5.5);
            return;
    }
}

}  // namespace

GlyphButton::GlyphButton(Glyph glyph, QWidget* parent) : QToolButton(parent), m_glyph(glyph) {
    // The sheet of the theme gives buttons a surface of their own; a row of these stays quiet.
    setStyleSheet(QStringLiteral("QToolButton { border: none; padding: 0px; min-height: 0px; background: transparent; }"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
}

void GlyphButton::setGlyph(Glyph glyph) {
    if (m_glyph != glyph) {
        m_glyph = glyph;
        update();
    }
}

void GlyphButton::setWords(const QString& name, const QString& key) {
    setAccessibleName(name);
    setToolTip(key.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, key));
}

QSize GlyphButton::sizeHint() const { return {kSide, kSide}; }

QSize GlyphButton::minimumSizeHint() const { return sizeHint(); }

void GlyphButton::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool lit = isEnabled() && (underMouse() || isDown());
    if (isChecked() || lit) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isChecked() || isDown() ? t.selection : t.control);
        painter.drawRoundedRect(rect().adjusted(1, 1, -1, -1), 6, 6);
    }
    QColor colour = isChecked() || lit ? t.text : t.secondary;
    if (m_glyph == Glyph::Record) {
        colour = t.error;
    } else if (m_glyph == Glyph::Play || m_glyph == Glyph::Pause) {
        colour = t.text;
    }
    painter.save();
    painter.translate(width() / 2.0, height() / 2.0);
    paintGlyph(painter, m_glyph, isEnabled() ? colour : mixed(t.window, t.secondary, 0.5));
    painter.restore();
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

}  // namespace fovea
