#include "widgets/canvas_view.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kMargin = 16.0;        // around the fitted picture
constexpr double kLargestScale = 64.0;  // logical pixels per picture pixel
constexpr double kKeepInView = 32.0;    // of the picture, while it is dragged

// std::clamp needs lo ≤ hi, which a picture larger than its widget would break.
double between(double value, double a, double b) { return std::clamp(value, std::min(a, b), std::max(a, b)); }

}  // namespace

bool CanvasView::contains(QPointF at) const {
    return at.x() >= 0.0 && at.y() >= 0.0 && at.x() < picture.width() && at.y() < picture.height();
}

QPointF CanvasView::atFraction(QPointF fraction) const {
    return {fraction.x() * picture.width(), fraction.y() * picture.height()};
}

QPointF CanvasView::fractionAt(QPointF position) const {
    const QPointF at = pictureAt(position);
    return {std::clamp(at.x() / picture.width(), 0.0, 1.0), std::clamp(at.y() / picture.height(), 0.0, 1.0)};
}

Viewport CanvasView::viewport() const {
    return Viewport{origin.x(), origin.y(), zoom, qRound(size.width() * ratio), qRound(size.height() * ratio)};
}

double CanvasView::fitZoom() const {
    if (!valid()) {
        return 1.0;
    }
    const double width = std::max(1.0, size.width() - kMargin - std::max(kMargin, rightMargin));
    const double height = std::max(1.0, size.height() - 2.0 * kMargin);
    return std::min(ratio * std::min(width / picture.width(), height / picture.height()), maximumZoom());
}

double CanvasView::minimumZoom() const { return std::min(fitZoom() / 4.0, 1.0); }

double CanvasView::maximumZoom() const { return ratio * kLargestScale; }

void CanvasView::fit() {
    fitted = true;
    zoom = fitZoom();
    if (!valid()) {
        origin = {};
        return;
    }
    const QSizeF shown = picture * scale();
    const double centred = (size.width() - shown.width()) / 2.0;
    const double clear = size.width() - std::max(kMargin, rightMargin) - shown.width();
    origin = -QPointF(std::min(centred, clear), (size.height() - shown.height()) / 2.0) / scale();
    snap();
}

void CanvasView::setPicture(QSizeF newPicture) {
    if (fitted || !valid() || newPicture.isEmpty()) {
        picture = newPicture;
        fit();
        return;
    }
    const QPointF held = pictureAt(middle());
    const QPointF share(held.x() / picture.width(), held.y() / picture.height());
    const double wanted = zoom * picture.width() / newPicture.width();
    picture = newPicture;
    zoom = std::clamp(wanted, minimumZoom(), maximumZoom());
    origin = atFraction(share) - QPointF(size.width(), size.height()) / (2.0 * scale());
}

void CanvasView::resize(QSizeF newSize, double newRatio) {
    const QPointF held = pictureAt(middle());
    zoom *= newRatio / ratio;
    ratio = newRatio;
    size = newSize;
    if (fitted) {
        fit();
        return;
    }
    origin = held - QPointF(size.width(), size.height()) / (2.0 * scale());
}

void CanvasView::zoomTo(QPointF position, double newZoom) {
    if (!valid()) {
        return;
    }
    const QPointF at = pictureAt(position);
    const QPointF anchor(std::clamp(at.x(), 0.0, picture.width()), std::clamp(at.y(), 0.0, picture.height()));
    const QPointF held = positionOf(anchor);
    zoom = std::clamp(newZoom, minimumZoom(), maximumZoom());
    origin = anchor - held / scale();
    fitted = false;
}

void CanvasView::panBy(QPointF delta) {
    if (!valid()) {
        return;
    }
    const QRectF rect = pictureRect();
    const double keepX = std::min(kKeepInView, rect.width());
    const double keepY = std::min(kKeepInView, rect.height());
    const QPointF corner(between(rect.x() + delta.x(), keepX - rect.width(), size.width() - keepX),
                         between(rect.y() + delta.y(), keepY - rect.height(), size.height() - keepY));
    origin = -corner / scale();
    fitted = false;
}

void CanvasView::setPlace(const CanvasPlace& place) {
    if (!valid()) {
        return;
    }
    if (place.fitted) {
        fit();
        return;
    }
    zoomTo(middle(), place.zoom);
    panBy((pictureAt(middle()) - place.centre) * scale());
}

void CanvasView::snap() { origin = QPointF(std::round(origin.x() * zoom), std::round(origin.y() * zoom)) / zoom; }

}  // namespace fovea
