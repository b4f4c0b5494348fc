#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/compose.h"

namespace fovea {

enum class RangeMode {
    Auto,     ///< the field's own automatic range
    Clipped,  ///< the same, but the highest cells (kClippedShare) lie above the upper end
    Locked,   ///< the range shown when it was locked, kept over modules and pictures
    Typed,    ///< ends typed by the person
};

/// Vertical colour bar with its true ends, drawn over the canvas' right edge. A click or Enter opens a small panel: auto, locked,
/// typed ends, reset. Values outside the range are named ("2.1 % above"). A flat field is named. Takes focus, has an accessible
/// summary.
class ColourScale final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit ColourScale(QWidget* parent = nullptr);
    ~ColourScale() override;

    void setField(std::shared_ptr<const ScalarField> field, const OverlayStyle& style);
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

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
