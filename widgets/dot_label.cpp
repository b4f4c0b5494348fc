#include "widgets/dot_label.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>

#include "widgets/card_parts.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kLead = 12;  // the dot and the space behind it

}  // namespace

DotLabel::DotLabel(QColor Theme::*colour, QWidget* parent) : QWidget(parent), m_colour(colour) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void DotLabel::setText(const QString& text) {
    if (m_text != text) {
        m_text = text;
        updateGeometry();
        update();
    }
}

QSize DotLabel::sizeHint() const {
    const QFontMetrics metrics(smallFont(font()));
    return {kLead + metrics.horizontalAdvance(m_text) + 1, std::max(15, metrics.height())};
}

void DotLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().*m_colour);
    painter.drawEllipse(QPointF(4.0, height() / 2.0), 3.5, 3.5);
    painter.setFont(smallFont(font()));
    drawLine(painter, rect().adjusted(kLead, 0, 0, 0), m_text, theme().text);
}

}  // namespace fovea
