#pragma once

#include <QObject>
#include <QPointF>

#include <optional>

#include "widgets/canvas_layers.h"
#include "widgets/canvas_pins.h"
#include "widgets/canvas_view.h"

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;
class QWidget;

namespace fovea {

/// What mouse, wheel and keys do on a canvas: they move its view, and ask about places. It sees the events of the canvas before
/// the canvas does; those which it has no use for go on to the canvas.
class CanvasGestures final : public QObject {
    Q_OBJECT

public:
    CanvasGestures(QWidget& canvas, CanvasView& view, CanvasPins& pins, const CanvasLayers& layers);
    /// Where the cursor is, as a position of the canvas.
    [[nodiscard]] const std::optional<QPointF>& hover() const { return m_hover; }

Q_SIGNALS:
    /// The view was zoomed or moved; before, its zoom was `oldZoom`.
    void viewMoved(double oldZoom);
    /// The cursor moved without dragging anything.
    void hoverMoved();
    void hoverEnded();
    /// A pin was taken, by its number.
    void pinTaken(int number);
    /// The arrow keys went to this picture position, which will be asked about.
    void spotMoved(QPointF at);
    /// A place is asked about: fractions of the picture.
    void asked(QPointF fraction, fovea::QueryGesture gesture);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Press {
        Qt::MouseButton button = Qt::NoButton;
        QPointF start;
        QPointF last;
        bool dragging = false;
        int pin = 0;  ///< the pin which is held; 0: none
    };

    // Whether the event was of use.
    bool turn(const QWheelEvent& event);
    bool press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    bool release(const QMouseEvent& event);
    bool type(const QKeyEvent& event);

    void hoverAt(QPointF position);
    [[nodiscard]] bool isOnPicture(QPointF position) const;
    void zoomAbout(QPointF position, double factor);
    void moveSpot(int columns, int rows);
    void chooseSpot(QPointF fraction);

    QWidget& m_canvas;
    CanvasView& m_view;
    CanvasPins& m_pins;
    const CanvasLayers& m_layers;
    std::optional<QPointF> m_hover;
    Press m_press;
};

}  // namespace fovea
