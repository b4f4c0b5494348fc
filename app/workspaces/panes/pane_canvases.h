#pragma once

#include <QObject>

#include <array>
#include <optional>

#include "app/session/session_state.h"
#include "app/shell/desk.h"
#include "engine/render/query_place.h"
#include "engine/runtime/render_view.h"

namespace fovea {

/// Joins the canvases with the session. A canvas shows the newest result, the field and the pins of its pane, and the session
/// hears what a person asks on a canvas. GUI thread only.
class PaneCanvases final : public QObject {
    Q_OBJECT

public:
    explicit PaneCanvases(const Desk& desk);

    /// Gives every canvas and scale the style which is chosen now.
    void showStyles();
    /// Gives every canvas the field which is looked at now.
    void showField();
    /// The name of a pane's model where panes have different models; else empty.
    [[nodiscard]] QString modelOf(int pane) const;
    /// Whether all panes share one range.
    [[nodiscard]] bool linksRanges() const { return m_linksRanges; }
    void toggleLinkedRange();
    /// Whether the query follows the cursor.
    [[nodiscard]] bool hasHoverQuery() const { return m_hoverQuery; }
    void toggleHoverQuery();
    /// Writes the chips in the language of the window.
    void retranslate();

Q_SIGNALS:
    /// The canvases have got their fields.
    void fieldsShown();

protected:
    /// Watches the canvases: a canvas which gets the focus makes its pane the active one.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void connectSession();
    void connectCanvas(int index);
    void connectScale(int index);
    void ask(int index, QPointF fraction, QueryGesture gesture);
    void takeStyle(const OverlayStyle& edited);
    [[nodiscard]] OverlayStyle styleOf(int index);
    void showResult();
    void giveResults();
    void giveFields();
    void showPins();
    void showPinsOf(int pane);
    void showChip(int index, const QString& text);
    void showTimes();
    void showOverlay(int index, const RenderedOverlay& overlay);
    void linkRange(int index, const RenderedOverlay& overlay);

    Desk m_desk;
    RenderViews<int, OverlayRequest> m_overlays;  ///< by index of the canvas
    std::array<ValueRange, kMaxPanes> m_paneRanges = {};
    std::optional<ValueRange> m_linkedRange;  ///< of all panes together, while ranges are linked
    bool m_linksRanges = false;
    bool m_hoverQuery = false;
    double m_paintMilliseconds = 0.0;
};

}  // namespace fovea
