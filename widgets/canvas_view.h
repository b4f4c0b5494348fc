#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include "engine/render/compose.h"

namespace fovea {

/// Where a canvas stands, for others which show the same picture.
struct CanvasPlace {
    bool fitted = true;
    double zoom = 1.0;  ///< device pixels per picture pixel
    QPointF centre;     ///< picture position in the middle of the view
};

/// Where a picture lies in a widget: zoom, origin and the limits of both. Positions are logical pixels of the widget.
struct CanvasView {
    QSizeF picture;            ///< pixels of the picture; empty without one
    QSizeF size;               ///< of the widget, logical pixels
    double ratio = 1.0;        ///< device pixels per logical pixel
    double zoom = 1.0;         ///< device pixels per picture pixel
    QPointF origin;            ///< picture position of the widget's upper left corner
    double rightMargin = 0.0;  ///< logical pixels the fitted picture leaves free at the right
    bool fitted = true;        ///< follows the widget's size until somebody zooms or pans

    [[nodiscard]] bool valid() const { return !picture.isEmpty() && !size.isEmpty(); }
    /// Logical pixels per picture pixel.
    [[nodiscard]] double scale() const { return zoom / ratio; }
    [[nodiscard]] QPointF pictureAt(QPointF position) const { return origin + position / scale(); }
    [[nodiscard]] QPointF positionOf(QPointF at) const { return (at - origin) * scale(); }
    [[nodiscard]] QRectF pictureRect() const { return QRectF(positionOf({0.0, 0.0}), picture * scale()); }
    /// Whether a picture position lies on the picture.
    [[nodiscard]] bool contains(QPointF at) const;
    /// The picture position of fractions of the picture.
    [[nodiscard]] QPointF atFraction(QPointF fraction) const;
    /// What lies at a position as fractions of the picture; the nearest ones where that is beside it.
    [[nodiscard]] QPointF fractionAt(QPointF position) const;
    /// The middle of the widget.
    [[nodiscard]] QPointF middle() const { return {size.width() / 2.0, size.height() / 2.0}; }
    /// The part of the picture on screen and its size in device pixels.
    [[nodiscard]] Viewport viewport() const;
    [[nodiscard]] CanvasPlace place() const { return {fitted, zoom, pictureAt(middle())}; }

    [[nodiscard]] double fitZoom() const;
    [[nodiscard]] double minimumZoom() const;
    [[nodiscard]] double maximumZoom() const;

    /// The whole picture, centred, clear of the right margin.
    void fit();
    /// Takes another size of picture: a fitted picture stays fitted, any other keeps its width on screen and its middle in the
    /// middle.
    void setPicture(QSizeF newPicture);
    /// Takes a new widget size: a fitted picture stays fitted, any other keeps its middle in the middle.
    void resize(QSizeF newSize, double newRatio);
    /// Sets the zoom within its limits; the picture point under `position` stays there (the nearest one if it lies beside the
    /// picture).
    void zoomTo(QPointF position, double newZoom);
    /// Moves the picture by whole device pixels; some of it always stays in view.
    void panBy(QPointF delta);
    /// Goes where another view stands; nothing happens without a picture.
    void setPlace(const CanvasPlace& place);
    /// Puts picture pixels on device pixels, so that 1:1 is exact and edges are crisp.
    void snap();
};

}  // namespace fovea
