#pragma once

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

#include "engine/render/query_place.h"
#include "engine/render/render.h"
#include "widgets/canvas_pins.h"
#include "widgets/canvas_view.h"

namespace fovea {

/// What lies under the cursor, for the status bar.
struct CursorInfo {
    bool inside = false;  ///< over the picture
    int x = 0;
    int y = 0;
    QRgb colour = 0;  ///< of the picture's own pixel
    bool hasValue = false;
    Cell cell;
    float value = 0.0F;
};

/// The picture with its overlay. Wheel, + and − zoom, drag pans, arrow keys move the query, Home asks in the middle; what other
/// keys do is up to the window. It never renders: it asks by renderRequested() for pixels at its own device resolution and paints
/// what comes back; meanwhile it paints the last pixels moved and scaled.
class Canvas final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    /// A map older than the picture of a live source by more than this is drawn stale over the newer picture.
    static constexpr int kStaleMilliseconds = 150;

    explicit Canvas(QWidget* parent = nullptr);
    ~Canvas() override;

    /// The newest snapshot; one which is behind that of the same source is ignored. A frame of another source resets the view to
    /// fit.
    void setResult(std::shared_ptr<const FrameResult> result);
    /// The newest picture of a live source, whether or not it will ever get an overlay. Where the newest result is more than
    /// kStaleMilliseconds older, the picture runs on under the old map, which is drawn grey; otherwise nothing happens.
    void setNewestFrame(const Frame& frame);
    /// Whether pictures follow each other; values are not written into large cells then, since nobody could read them.
    void setMoving(bool moving);
    void setField(std::optional<FieldSpec> field);
    /// The field which is taken away from that of setField(); none: that field itself.
    void setMinus(std::optional<FieldSpec> minus);
    void setStyle(const OverlayStyle& style);
    /// Pixels for an earlier request. They need not show the newest result, which a moving source replaces all the time; but they
    /// are dropped if they are behind what is painted, or if they show its very frame with numbers of an older epoch.
    void setRendered(const RenderedOverlay& rendered);
    /// The chip on the picture: "CBAM · spatial gate · random (seed 1)", with the colour of its domain; hard mechanisms get a
    /// dashed rim.
    void setChip(const QString& text, std::optional<Domain> domain, bool hard);
    /// From where on the chip may stand, logical pixels from the left; what lies before is covered.
    void setChipLeft(double left);
    /// One sentence in the middle while there is no picture.
    void setPlaceholder(const QString& text);
    /// Pins at the queries of a pairwise map.
    void setPins(std::vector<CanvasPin> pins);
    /// Whether the query follows the cursor.
    void setHoverQuery(bool follows);
    /// Where the cursor is on a linked canvas, in picture pixels: drawn as a cross, with this canvas' own value; none hides it.
    void setGhost(std::optional<QPointF> position);
    /// Whether the value under the cursor stands in the upper right corner, as where panes are compared.
    void setReading(bool shown);
    /// Goes where another canvas stands, without saying so again.
    void setPlace(const CanvasPlace& place);
    /// Whether another map cross-fades in (120 ms) instead of appearing at once; off until the program turns it on.
    static void setMotion(bool on);
    /// Free space kept at the right edge of the fitted picture (for the colour scale).
    void setRightMargin(int pixels);

    /// Where the picture lies in the canvas.
    [[nodiscard]] const CanvasView& view() const;
    [[nodiscard]] const RenderedOverlay& rendered() const;  ///< what is painted now
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QString textSummary()
        const;  ///< for screen readers: "strongest upper left; half the weight on 12 % of the area"

public Q_SLOTS:
    void fit();
    void actualSize();
    void zoomBy(double factor);
    /// While true the picture is shown without its overlay.
    void setPeek(bool peek);

Q_SIGNALS:
    void renderRequested(const fovea::OverlayRequest& request);
    /// A click, arrow keys, a dragged pin or the cursor: fractions of the picture.
    void queryChosen(QPointF fraction, fovea::QueryGesture gesture);
    /// A pin was taken; it shall ask from now on.
    void pinChosen(int number);
    /// A person has zoomed or moved the picture.
    void placeChanged(const fovea::CanvasPlace& place);
    void cursorMoved(const fovea::CursorInfo& info);
    void zoomChanged(double zoom);
    /// An overlay was painted for the first time.
    void overlayPainted(const fovea::RenderedOverlay& overlay);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
