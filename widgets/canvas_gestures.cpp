#include "widgets/canvas_gestures.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kZoomStep = 1.25;
constexpr double kNotch = 120.0;         // QWheelEvent::angleDelta of one notch
constexpr double kPixelsPerStep = 50.0;  // of a trackpad which reports pixels only

}  // namespace

CanvasGestures::CanvasGestures(QWidget& canvas, CanvasView& view, CanvasPins& pins, const CanvasLayers& layers)
    : m_canvas(canvas), m_view(view), m_pins(pins), m_layers(layers) {
    canvas.installEventFilter(this);
}

bool CanvasGestures::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) {
        m_hover.reset();
        Q_EMIT hoverEnded();
    }
    if (!m_canvas.isEnabled()) {
        return QObject::eventFilter(watched, event);
    }
    bool isOurs = false;
    switch (event->type()) {
        case QEvent::Wheel:
            isOurs = turn(*static_cast<QWheelEvent*>(event));
            break;
        case QEvent::MouseButtonPress:
        case QEvent::MouseButtonDblClick:
            isOurs = press(*static_cast<QMouseEvent*>(event));
            break;
        case QEvent::MouseMove:
            move(*static_cast<QMouseEvent*>(event));
            isOurs = true;
            break;
        case QEvent::MouseButtonRelease:
            isOurs = release(*static_cast<QMouseEvent*>(event));
            break;
        case QEvent::KeyPress:
            isOurs = type(*static_cast<QKeyEvent*>(event));
            break;
        default:
            break;
    }
    if (isOurs) {
        event->accept();
    }
    return isOurs || QObject::eventFilter(watched, event);
}

bool CanvasGestures::turn(const QWheelEvent& event) {
    // Alt, which un-links compared panes, turns a wheel sideways.
    const int notches = event.angleDelta().y() != 0 ? event.angleDelta().y() : event.angleDelta().x();
    const double steps = notches != 0 ? notches / kNotch : event.pixelDelta().y() / kPixelsPerStep;
    if (!m_view.valid()) {
        return false;
    }
    if (steps != 0.0) {
        zoomAbout(event.position(), std::pow(kZoomStep, steps));
    }
    return true;
}

bool CanvasGestures::press(const QMouseEvent& event) {
    const bool isOurs = event.button() == Qt::LeftButton || event.button() == Qt::MiddleButton;
    if (!isOurs || m_press.button != Qt::NoButton) {
        return false;
    }
    m_press = {event.button(), event.position(), event.position(), false, 0};
    if (event.button() == Qt::LeftButton) {
        m_press.pin = m_pins.under(event.position(), m_view);
        if (m_press.pin != 0) {
            Q_EMIT pinTaken(m_press.pin);
        }
    }
    return true;
}

void CanvasGestures::move(const QMouseEvent& event) {
    m_hover = event.position();
    if (m_press.button != Qt::NoButton && !m_press.dragging) {
        m_press.dragging = (event.position() - m_press.start).manhattanLength() > QApplication::startDragDistance();
        if (m_press.dragging) {
            m_canvas.setCursor(Qt::ClosedHandCursor);
        }
    }
    if (!m_press.dragging) {
        hoverAt(event.position());
    } else if (m_press.pin != 0) {
        Q_EMIT asked(m_view.fractionAt(event.position()), QueryGesture::Move);
    } else {
        const double oldZoom = m_view.zoom;
        m_view.panBy(event.position() - m_press.last);
        m_press.last = event.position();
        Q_EMIT viewMoved(oldZoom);
    }
}

void CanvasGestures::hoverAt(QPointF position) {
    Q_EMIT hoverMoved();
    if (m_pins.isFollowingCursor && m_press.button == Qt::NoButton && isOnPicture(position)) {
        Q_EMIT asked(m_view.fractionAt(position), QueryGesture::Move);
    }
}

bool CanvasGestures::release(const QMouseEvent& event) {
    if (event.button() != m_press.button) {
        return false;
    }
    const bool isClick = !m_press.dragging && m_press.pin == 0 && event.button() == Qt::LeftButton;
    m_press = {};
    m_canvas.unsetCursor();
    if (isClick && isOnPicture(event.position())) {
        m_pins.spot.reset();
        m_canvas.update();
        Q_EMIT asked(m_view.fractionAt(event.position()), QueryGesture::Add);
    }
    return true;
}

bool CanvasGestures::type(const QKeyEvent& event) {
    const int key = event.key();
    const Qt::KeyboardModifiers modifiers = event.modifiers() & ~Qt::KeypadModifier;
    const bool isPlain = modifiers == Qt::NoModifier;
    const bool zooms = (modifiers & (Qt::ControlModifier | Qt::MetaModifier)) == 0;
    const int step = modifiers == Qt::ShiftModifier ? 5 : 1;
    const bool arrows = isPlain || modifiers == Qt::ShiftModifier;
    if (!m_layers.subject().result) {
        return false;
    }
    if ((key == Qt::Key_Plus || key == Qt::Key_Equal) && zooms) {
        zoomAbout(m_view.middle(), kZoomStep);
    } else if (key == Qt::Key_Minus && zooms) {
        zoomAbout(m_view.middle(), 1.0 / kZoomStep);
    } else if (key == Qt::Key_Left && arrows) {
        moveSpot(-step, 0);
    } else if (key == Qt::Key_Right && arrows) {
        moveSpot(step, 0);
    } else if (key == Qt::Key_Up && arrows) {
        moveSpot(0, -step);
    } else if (key == Qt::Key_Down && arrows) {
        moveSpot(0, step);
    } else if (key == Qt::Key_Home && isPlain) {
        chooseSpot({0.5, 0.5});
    } else {
        return false;
    }
    return true;
}

bool CanvasGestures::isOnPicture(QPointF position) const {
    return m_layers.subject().result && m_view.contains(m_view.pictureAt(position));
}

void CanvasGestures::zoomAbout(QPointF position, double factor) {
    const double oldZoom = m_view.zoom;
    m_view.zoomTo(position, oldZoom * factor);
    Q_EMIT viewMoved(oldZoom);
}

void CanvasGestures::moveSpot(int columns, int rows) {
    chooseSpot(m_pins.stepped(columns, rows, m_layers.field(), m_view.picture));
}

void CanvasGestures::chooseSpot(QPointF fraction) {
    // Cells of a padded grid may have their centre outside the picture.
    constexpr double kLast = 1.0 - 1e-9;
    const QPointF spot(std::clamp(fraction.x(), 0.0, kLast), std::clamp(fraction.y(), 0.0, kLast));
    const QPointF at = m_view.atFraction(spot);
    m_pins.spot = spot;
    if (!QRectF(QPointF(), m_view.size).contains(m_view.positionOf(at))) {
        const double oldZoom = m_view.zoom;
        m_view.panBy(m_view.middle() - m_view.positionOf(at));
        Q_EMIT viewMoved(oldZoom);
    }
    m_canvas.update();
    Q_EMIT spotMoved(at);
    Q_EMIT asked(spot, QueryGesture::Move);
}

}  // namespace fovea
