#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "widgets/canvas.h"
#include "widgets/canvas_state.h"

namespace fovea {
namespace {

constexpr double kZoomStep = 1.25;
constexpr double kNotch = 120.0;           // QWheelEvent::angleDelta of one notch
constexpr double kPixelsPerStep = 50.0;    // of a trackpad which reports pixels only
constexpr double kPinReach = 12.0;         // logical pixels from the middle of a pin
constexpr double kSpotsWithoutField = 20;  // steps of the arrow keys across a picture without cells

}  // namespace

void Canvas::resizeEvent(QResizeEvent* /*event*/) {
    State& s = *m_state;
    const double oldZoom = s.view.zoom;
    s.view.resize(size(), devicePixelRatioF());
    s.viewChanged(oldZoom);
}

void Canvas::wheelEvent(QWheelEvent* event) {
    State& s = *m_state;
    // Alt, which un-links compared panes, turns a wheel sideways.
    const int notches = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    const double steps = notches != 0 ? notches / kNotch : event->pixelDelta().y() / kPixelsPerStep;
    if (!s.view.valid()) {
        event->ignore();
        return;
    }
    event->accept();
    if (steps != 0.0) {
        const double oldZoom = s.view.zoom;
        s.view.zoomTo(event->position(), oldZoom * std::pow(kZoomStep, steps));
        s.movedByPerson(oldZoom);
    }
}

void Canvas::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const bool ours = event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton;
    if (!ours || s.press.button != Qt::NoButton) {
        event->ignore();
        return;
    }
    s.press = {event->button(), event->position(), event->position(), false, 0};
    if (event->button() == Qt::LeftButton) {
        s.press.pin = s.pinAt(event->position());
        if (s.press.pin != 0) {
            Q_EMIT pinChosen(s.press.pin);
        }
    }
}

void Canvas::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    s.hover = event->position();
    if (s.press.button != Qt::NoButton && !s.press.dragging) {
        s.press.dragging = (event->position() - s.press.start).manhattanLength() > QApplication::startDragDistance();
        if (s.press.dragging) {
            setCursor(Qt::ClosedHandCursor);
        }
    }
    if (!s.press.dragging) {
        s.sayCursor();
        if (s.showsReading) {
            update();
        }
        if (s.hoverQuery && s.press.button == Qt::NoButton && s.result && s.view.contains(s.view.pictureAt(event->position()))) {
            Q_EMIT queryChosen(s.fractionAt(event->position()), QueryGesture::Move);
        }
        return;
    }
    if (s.press.pin != 0) {
        Q_EMIT queryChosen(s.fractionAt(event->position()), QueryGesture::Move);
        return;
    }
    const double oldZoom = s.view.zoom;
    s.view.panBy(event->position() - s.press.last);
    s.press.last = event->position();
    s.movedByPerson(oldZoom);
}

void Canvas::mouseReleaseEvent(QMouseEvent* event) {
    State& s = *m_state;
    if (event->button() != s.press.button) {
        event->ignore();
        return;
    }
    const bool click = !s.press.dragging && s.press.pin == 0 && event->button() == Qt::LeftButton;
    s.press = {};
    unsetCursor();
    const QPointF at = s.view.pictureAt(event->position());
    if (click && s.result && s.view.contains(at)) {
        s.keyboardSpot.reset();
        update();
        Q_EMIT queryChosen(s.fractionAt(event->position()), QueryGesture::Add);
    }
}

void Canvas::leaveEvent(QEvent* event) {
    m_state->hover.reset();
    Q_EMIT cursorMoved(CursorInfo{});
    QWidget::leaveEvent(event);
}

void Canvas::focusOutEvent(QFocusEvent* event) {
    // The release of the key which is held would go to whoever has the focus then.
    setPeek(false);
    QWidget::focusOutEvent(event);
}

void Canvas::keyPressEvent(QKeyEvent* event) {
    if (!m_state->handleKey(event->key(), event->modifiers() & ~Qt::KeypadModifier)) {
        QWidget::keyPressEvent(event);
    }
}

bool Canvas::State::handleKey(int key, Qt::KeyboardModifiers modifiers) {
    const bool plainKey = modifiers == Qt::NoModifier;
    const bool zooms = (modifiers & (Qt::ControlModifier | Qt::MetaModifier)) == 0;
    const int step = modifiers == Qt::ShiftModifier ? 5 : 1;
    const bool arrows = plainKey || modifiers == Qt::ShiftModifier;
    if (!result) {
        return false;
    }
    if ((key == Qt::Key_Plus || key == Qt::Key_Equal) && zooms) {
        canvas.zoomBy(kZoomStep);
    } else if (key == Qt::Key_Minus && zooms) {
        canvas.zoomBy(1.0 / kZoomStep);
    } else if (key == Qt::Key_Left && arrows) {
        moveSpot(-step, 0);
    } else if (key == Qt::Key_Right && arrows) {
        moveSpot(step, 0);
    } else if (key == Qt::Key_Up && arrows) {
        moveSpot(0, -step);
    } else if (key == Qt::Key_Down && arrows) {
        moveSpot(0, step);
    } else if (key == Qt::Key_Home && plainKey) {
        chooseSpot({0.5, 0.5});
    } else {
        return false;
    }
    return true;
}

void Canvas::State::moveSpot(int columns, int rows) {
    const QPointF from = activePin() != nullptr ? activePin()->at : keyboardSpot.value_or(QPointF(0.5, 0.5));
    const QSizeF extent = view.picture;
    const ScalarField* values = shownField();
    if (values == nullptr) {
        chooseSpot(from + QPointF(columns, rows) / kSpotsWithoutField);
        return;
    }
    const CellGeometry& g = values->geometry;
    const Cell cell = cellAt(*values, from.x() * extent.width(), from.y() * extent.height());
    const int j = std::clamp(cell.j + columns, 0, values->width - 1);
    const int i = std::clamp(cell.i + rows, 0, values->height - 1);
    chooseSpot({(g.originX + (j + 0.5) * g.stepX) / extent.width(), (g.originY + (i + 0.5) * g.stepY) / extent.height()});
}

void Canvas::State::chooseSpot(QPointF fraction) {
    // Cells of a padded grid may have their centre outside the picture.
    constexpr double kLast = 1.0 - 1e-9;
    const QPointF spot(std::clamp(fraction.x(), 0.0, kLast), std::clamp(fraction.y(), 0.0, kLast));
    const QPointF at(spot.x() * view.picture.width(), spot.y() * view.picture.height());
    keyboardSpot = spot;
    if (!QRectF(canvas.rect()).contains(view.positionOf(at))) {
        const double oldZoom = view.zoom;
        view.panBy(QRectF(canvas.rect()).center() - view.positionOf(at));
        movedByPerson(oldZoom);
    }
    canvas.update();
    Q_EMIT canvas.cursorMoved(infoAt(at));
    Q_EMIT canvas.queryChosen(spot, QueryGesture::Move);
}

const CanvasPin* Canvas::State::activePin() const {
    const auto it = std::find_if(pins.begin(), pins.end(), [](const CanvasPin& pin) { return pin.active; });
    return it == pins.end() ? nullptr : &*it;
}

// The nearest pin under a widget position; 0: none.
int Canvas::State::pinAt(QPointF position) const {
    int nearest = 0;
    double least = kPinReach;
    for (const CanvasPin& pin : pins) {
        const QPointF at = view.positionOf({pin.at.x() * view.picture.width(), pin.at.y() * view.picture.height()});
        const double distance = std::hypot(at.x() - position.x(), at.y() - position.y());
        if (distance < least) {
            least = distance;
            nearest = pin.number;
        }
    }
    return nearest;
}

// As fractions of the picture, on it.
QPointF Canvas::State::fractionAt(QPointF position) const {
    const QPointF at = view.pictureAt(position);
    return {std::clamp(at.x() / view.picture.width(), 0.0, 1.0), std::clamp(at.y() / view.picture.height(), 0.0, 1.0)};
}

}  // namespace fovea
