#pragma once

#include <QObject>

#include "app/session/drawn_ranges.h"
#include "engine/render/range_mode.h"

namespace fovea {

/// How fields are drawn over the picture: one style for all panes, and where the range of the style comes from. Display is not
/// data: no number changes here. GUI thread only.
class DisplayControl final : public QObject {
    Q_OBJECT

public:
    explicit DisplayControl(QObject* parent = nullptr) : QObject(parent) {}

    [[nodiscard]] const OverlayStyle& style() const { return m_style; }
    void setStyle(const OverlayStyle& style);
    [[nodiscard]] RangeMode rangeMode() const { return m_rangeMode; }
    /// `range` counts for a locked or a typed range.
    void setRange(RangeMode mode, ValueRange range);
    /// Share of the range before in an automatic range while pictures follow each other; 0: none.
    void setRangeSmoothing(double share);

    /// The ranges with which the newest pictures were drawn on the active pane.
    [[nodiscard]] const DrawnRanges& ranges() const { return m_ranges; }
    /// Notes the range with which a picture was drawn there.
    void noteRange(const RenderedOverlay& rendered) { m_ranges.note(rendered); }

    /// Goes back to a style and a mode without saying so; tellAll() says it.
    void restore(const OverlayStyle& style, RangeMode mode);
    void tellAll() { Q_EMIT styleChanged(); }

Q_SIGNALS:
    /// Another style, or another mode of its range.
    void styleChanged();

private:
    OverlayStyle m_style;
    RangeMode m_rangeMode = RangeMode::Auto;
    DrawnRanges m_ranges;
};

}  // namespace fovea
