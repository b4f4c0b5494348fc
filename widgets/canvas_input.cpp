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
    const double steps =
        event->angleDelta().y() != 0 ? event->angleDelta().y() / kNotch : event->pixelDelta().y() / kPixelsPerStep;
    if (!s.view.valid()) {
        event->ignore();
        return;
    }
    event->accept();
    if (steps != 0.0) {
        const double oldZoom = s.view.zoom;
        s.view.zoomTo(event->position(), oldZoom * std::pow(kZoomStep, steps));
        s.viewChanged(oldZoom);
    }
}

void Canvas::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const bool ours = event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton;
    if (!ours || s.press.button != Qt::NoButton) {
        event->ignore();
        return;
    }
    s.press = {event->button(), event->position(), event->position(), false};
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
        return;
    }
    const double oldZoom = s.view.zoom;
    s.view.panBy(event->position() - s.press.last);
    s.press.last = event->position();
    s.viewChanged(oldZoom);
}

void Canvas::mouseReleaseEvent(QMouseEvent* event) {
    State& s = *m_state;
    if (event->button() != s.press.button) {
        event->ignore();
        return;
    }
    const bool click = !s.press.dragging && event->button() == Qt::LeftButton;
    s.press = {};
    unsetCursor();
    const QPointF at = s.view.pictureAt(event->position());
    if (click && s.result && s.view.contains(at)) {
        s.keyboardSpot.reset();
        update();
        Q_EMIT queryChosen({at.x() / s.view.picture.width(), at.y() / s.view.picture.height()});
    }
}

void Canvas::leaveEvent(QEvent* event) {
    m_state->hover.reset();
    Q_EMIT cursorMoved(CursorInfo{});
    QWidget::leaveEvent(event);
}

void Canvas::focusOutEvent(QFocusEvent* event) {
    // The release of B would go to whoever has the focus then.
    setPeek(false);
    QWidget::focusOutEvent(event);
}

void Canvas::keyPressEvent(QKeyEvent* event) {
    if (!m_state->handleKey(event->key(), event->modifiers() & ~Qt::KeypadModifier)) {
        QWidget::keyPressEvent(event);
    }
}

void Canvas::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_B) {
        QWidget::keyReleaseEvent(event);
    } else if (!event->isAutoRepeat()) {
        setPeek(false);
    }
}

bool Canvas::State::handleKey(int key, Qt::KeyboardModifiers modifiers) {
    const bool plainKey = modifiers == Qt::NoModifier;
    const bool control = modifiers == Qt::ControlModifier;
    const int step = modifiers == Qt::ShiftModifier ? 5 : 1;
    const bool arrows = plainKey || modifiers == Qt::ShiftModifier;
    if (!result) {
        return false;
    }
    if ((key == Qt::Key_F && plainKey) || (key == Qt::Key_9 && control)) {
        canvas.fit();
    } else if (key == Qt::Key_1 && control) {
        canvas.actualSize();
    } else if (key == Qt::Key_B && plainKey) {
        canvas.setPeek(true);
    } else if (key == Qt::Key_Plus || key == Qt::Key_Equal) {
        canvas.zoomBy(kZoomStep);
    } else if (key == Qt::Key_Minus) {
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
    const QPointF from = query ? *query : keyboardSpot.value_or(QPointF(0.5, 0.5));
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
        viewChanged(oldZoom);
    }
    canvas.update();
    Q_EMIT canvas.cursorMoved(infoAt(at));
    Q_EMIT canvas.queryChosen(spot);
}

}  // namespace fovea
