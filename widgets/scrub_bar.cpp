#include "widgets/scrub_bar.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr double kHandle = 6.0;  // radius
constexpr double kInset = kHandle + 2.0;
constexpr int kNotch = 120;  // QWheelEvent::angleDelta of one notch

}  // namespace

QString clockText(double seconds) {
    // Times of frames such as 3.2 are often a hair less in binary.
    const auto tenths = static_cast<qint64>(std::floor(std::max(0.0, seconds) * 10.0 + 1e-6));
    const qint64 minutes = tenths / 600;
    const QString rest = QStringLiteral("%1.%2").arg(tenths / 10 % 60, 2, 10, QLatin1Char('0')).arg(tenths % 10);
    if (minutes < 60) {
        return QStringLiteral("%1:%2").arg(minutes).arg(rest);
    }
    return QStringLiteral("%1:%2:%3").arg(minutes / 60).arg(minutes % 60, 2, 10, QLatin1Char('0')).arg(rest);
}

ScrubBar::ScrubBar(QWidget* parent) : QAbstractSlider(parent) {
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setSingleStep(1);
    setRange(0, 0);
    connect(this, &QAbstractSlider::valueChanged, this, &ScrubBar::sought);
}

void ScrubBar::setLength(int frames, double seconds) {
    const QSignalBlocker quiet(this);
    m_seconds = seconds;
    setRange(0, std::max(0, frames - 1));
    setPageStep(seconds > 0.0 ? std::max(1, static_cast<int>(std::lround(frames / seconds))) : 10);
    update();
}

void ScrubBar::setPosition(int index) {
    if (!isSliderDown()) {
        const QSignalBlocker quiet(this);
        setValue(index);
        update();
    }
}

double ScrubBar::positionOf(int index) const { return kInset + (width() - 2.0 * kInset) * index / std::max(1, maximum()); }

int ScrubBar::indexAt(double x) const {
    const double share = (x - kInset) / std::max(1.0, width() - 2.0 * kInset);
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * maximum()));
}

QSize ScrubBar::sizeHint() const { return {240, 28}; }

QSize ScrubBar::minimumSizeHint() const { return {60, 28}; }

QString ScrubBar::timeTextAt(int index) const { return clockText(m_seconds * index / (maximum() + 1)); }

bool ScrubBar::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos().x());
        QToolTip::showText(help->globalPos(),
                           tr("frame %1, %2 s").arg(index + 1).arg(exactNumberText(m_seconds * index / (maximum() + 1))), this);
        return true;
    }
    return QAbstractSlider::event(event);
}

void ScrubBar::paintHover(QPainter& painter) const {
    const int index = indexAt(m_hover);
    const double x = positionOf(index);
    painter.fillRect(QRectF(std::round(x), height() / 2.0 - 6.0, 1.0, 12.0), theme().text);
    painter.setFont(smallFont(font()));
    const QString text = timeTextAt(index);
    const int extent = painter.fontMetrics().horizontalAdvance(text);
    // Beside the mark, past the handle if that is near, and on the side with room.
    constexpr double kClear = kHandle + 3.0;
    const double handle = positionOf(value());
    const bool covered = x + 5.0 < handle + kClear && x + 5.0 + extent > handle - kClear;
    double left = covered ? std::max(x, handle) + kClear : x + 5.0;
    if (left + extent > width()) {
        left = (covered ? std::min(x, handle) - kClear : x - 5.0) - extent;
    }
    const QRect box(static_cast<int>(left), 0, extent + 1, height() / 2 - 3);
    drawLine(painter, box, text, theme().text);
}

void ScrubBar::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = height() / 2.0;
    const double x = positionOf(value());
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(t.control, t.secondary, 0.25));
    painter.drawRoundedRect(QRectF(kInset, middle - 2.0, width() - 2.0 * kInset, 4.0), 2.0, 2.0);
    painter.setBrush(t.accent);
    painter.drawRoundedRect(QRectF(kInset, middle - 2.0, x - kInset, 4.0), 2.0, 2.0);
    if (m_hover >= 0.0 && isEnabled()) {
        paintHover(painter);
    }
    painter.setPen(QPen(t.window, 2.0));
    painter.setBrush(t.text);
    painter.drawEllipse(QPointF(x, middle), kHandle, kHandle);
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void ScrubBar::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        QAbstractSlider::mousePressEvent(event);
        return;
    }
    setSliderDown(true);
    setValue(indexAt(event->position().x()));
}

void ScrubBar::mouseMoveEvent(QMouseEvent* event) {
    m_hover = event->position().x();
    if (isSliderDown()) {
        setValue(indexAt(m_hover));
    }
    update();
}

void ScrubBar::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        setSliderDown(false);
    }
}

void ScrubBar::leaveEvent(QEvent* event) {
    m_hover = -1.0;
    update();
    QAbstractSlider::leaveEvent(event);
}

void ScrubBar::wheelEvent(QWheelEvent* event) {
    // One frame a notch; fine wheels add up.
    m_wheel += event->angleDelta().y();
    const int steps = m_wheel / kNotch;
    m_wheel -= steps * kNotch;
    setValue(value() + steps);
    event->accept();
}

}  // namespace fovea
