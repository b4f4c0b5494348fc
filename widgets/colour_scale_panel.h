#pragma once

#include <QFrame>

#include "widgets/colour_scale.h"

class QLabel;
class QLineEdit;
class QRadioButton;

namespace fovea {

/// The small panel of a ColourScale: automatic, locked or typed ends, and back to automatic.
class ColourScalePanel final : public QFrame {
    Q_OBJECT

public:
    /// Shows this choice; `shown` are the ends in force, `automatic` the field's own, `clippedMax` its upper end when clipped.
    ColourScalePanel(RangeMode mode, ValueRange shown, ValueRange automatic, float clippedMax, QWidget* parent);

Q_SIGNALS:
    void chosen(fovea::RangeMode mode, fovea::ValueRange range);

private:
    void build();
    void choose(RangeMode mode);
    void takeTyped();
    void showEnds();

    ValueRange m_shown;
    ValueRange m_automatic;
    float m_clippedMax;
    QRadioButton* m_auto = nullptr;
    QRadioButton* m_clipped = nullptr;
    QRadioButton* m_locked = nullptr;
    QRadioButton* m_typed = nullptr;
    QLineEdit* m_low = nullptr;
    QLineEdit* m_high = nullptr;
    QLabel* m_problem = nullptr;
};

}  // namespace fovea
