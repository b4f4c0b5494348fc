#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QVariantAnimation>

#include "widgets/canvas.h"
#include "widgets/canvas_view.h"

namespace fovea {

/// What a Canvas knows; shared by its state, paint and input files only.
struct Canvas::State {
    /// Pixels which came back, as Qt paints them.
    struct Layer {
        RenderedOverlay rendered;
        QImage image;
    };
    struct Chip {
        QString text;
        std::optional<Domain> domain;
        bool hard = false;
    };
    struct Press {
        Qt::MouseButton button = Qt::NoButton;
        QPointF start;
        QPointF last;
        bool dragging = false;
        int pin = 0;  ///< the pin which is held; 0: none
    };

    explicit State(Canvas& owner);

    Canvas& canvas;
    CanvasView view;
    std::shared_ptr<const FrameResult> result;
    Frame newest;  ///< of a live source
    std::optional<FieldSpec> field;
    std::optional<FieldSpec> minus;
    OverlayStyle style;
    Layer overlay;  ///< what was asked for with the field
    Layer plain;    ///< the picture alone, while peeking
    Layer fading;   ///< the map shown before, while the next one fades in
    QVariantAnimation fade;
    Chip chip;
    double chipLeft = 0.0;  ///< where the chip may begin
    QString placeholder;
    std::vector<CanvasPin> pins;
    bool hoverQuery = false;
    bool showsReading = false;            ///< the value under the cursor stands in the corner
    std::optional<QPointF> ghost;         ///< picture position of the cursor on a linked canvas
    std::optional<QPointF> keyboardSpot;  ///< fraction of the picture the arrow keys went to last
    std::optional<QPointF> hover;         ///< widget position of the mouse
    Press press;
    bool peek = false;
    bool moving = false;  ///< pictures follow each other
    bool requestPending = false;
    std::optional<OverlayRequest> lastRequest;
    QString announced;
    QElapsedTimer sinceAnnounced;
    std::shared_ptr<const cv::Mat> saidPainted;  ///< pixels of the overlay which was painted last

    // canvas.cpp
    [[nodiscard]] const Layer& shown() const;
    [[nodiscard]] const Frame& shownFrame() const;
    [[nodiscard]] const ScalarField* shownField() const;
    [[nodiscard]] std::optional<int> staleness() const;
    [[nodiscard]] bool outruns() const;
    void forget();
    [[nodiscard]] OverlayRequest wantedRequest() const;
    [[nodiscard]] CursorInfo infoAt(QPointF at) const;
    void requestSoon();
    void requestNow();
    void viewChanged(double oldZoom);
    void movedByPerson(double oldZoom);
    void sayCursor();
    void saySummary();

    // canvas_input.cpp
    bool handleKey(int key, Qt::KeyboardModifiers modifiers);
    void moveSpot(int columns, int rows);
    void chooseSpot(QPointF fraction);
    [[nodiscard]] const CanvasPin* activePin() const;
    [[nodiscard]] int pinAt(QPointF position) const;
    [[nodiscard]] QPointF fractionAt(QPointF position) const;

    // canvas_paint.cpp
    void paintPicture(QPainter& painter) const;
    void paintLayer(QPainter& painter, const Layer& layer) const;
    void paintCells(QPainter& painter) const;
    void paintCell(QPainter& painter, const QRectF& rect, const QString& text) const;
    void paintSpot(QPainter& painter) const;
    void paintPins(QPainter& painter) const;
    void paintPin(QPainter& painter, const CanvasPin& pin) const;
    void paintGhost(QPainter& painter) const;
    void paintChip(QPainter& painter) const;
    void paintStaleness(QPainter& painter) const;
    void paintPlaceholder(QPainter& painter) const;
    void paintError(QPainter& painter) const;
    [[nodiscard]] QColor colourUnder(const QRectF& rect) const;
};

}  // namespace fovea
