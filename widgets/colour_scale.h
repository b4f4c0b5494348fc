#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/compose.h"
#include "engine/render/range_mode.h"

namespace fovea {

/// Vertical colour bar with its true ends, drawn over the canvas' right edge, and beside it how many cells have which value. The
/// ends are handles: dragging one, or the arrow keys once Tab has reached it, types a range; a double click or Delete makes the
/// end automatic again. Ends at one distance from 0 stay so on a diverging scale. A click elsewhere or Enter opens a small panel:
/// the range and how the map is drawn. Values outside the range are named ("2.1 % above"). A flat field is named. Takes focus,
/// has an accessible summary.
class ColourScale final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit ColourScale(QWidget* parent = nullptr);
    ~ColourScale() override;

    /// Without `statistics` there is no histogram. While an end is dragged, the range of `style` waits.
    void setField(std::shared_ptr<const ScalarField> field, const OverlayStyle& style,
                  std::shared_ptr<const FieldStatistics> statistics = nullptr);
    [[nodiscard]] RangeMode mode() const;
    void setMode(RangeMode mode, ValueRange range);
    [[nodiscard]] ValueRange range() const;
    /// A mark at this value (under the cursor); NaN hides it.
    void setMark(float value);
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;

public Q_SLOTS:
    void openPanel();

Q_SIGNALS:
    void rangeChanged(fovea::RangeMode mode, fovea::ValueRange range);
    /// The panel changed how the map is drawn: the style shown with another colour map, mode, threshold, contours or clipShare.
    void styleEdited(const fovea::OverlayStyle& style);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Copies what the panel of a scale edits: colour maps, mode, threshold, contours and clipShare, but never the range.
void copyEdited(const OverlayStyle& from, OverlayStyle& to);

}  // namespace fovea
