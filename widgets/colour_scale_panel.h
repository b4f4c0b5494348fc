#pragma once

#include <QFrame>

#include "widgets/colour_scale.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QRadioButton;
class QVBoxLayout;

namespace fovea {

class SegmentSwitch;

/// The small panel of a ColourScale: the range (automatic, clipped, locked or typed) and how the map is drawn (colours, over the
/// picture or as its brightness, lines, a threshold); and back to the start.
class ColourScalePanel final : public QFrame {
    Q_OBJECT

public:
    /// What the panel begins with: the range in force and the style it belongs to.
    struct Shown {
        RangeMode mode = RangeMode::Auto;
        ValueRange range;
        std::shared_ptr<const ScalarField> field;  ///< never null
        OverlayStyle style;
    };
    ColourScalePanel(Shown shown, QWidget* parent);

Q_SIGNALS:
    void chosen(fovea::RangeMode mode, fovea::ValueRange range);
    /// Other members of the style than its range.
    void edited(const fovea::OverlayStyle& style);

private:
    void buildRange(QVBoxLayout& column);
    void buildDrawing(QVBoxLayout& column);
    void fillColours();
    void connectRange();
    void connectDrawing();
    void showStyle();
    void showEnds();
    void showProblem(const QString& sentence);
    [[nodiscard]] ValueRange ownRange(bool clipped) const;
    void choose(RangeMode mode);
    void chooseShare(double percent);
    void takeTyped();
    void takeThreshold();
    void reset();

    Shown m_shown;
    QRadioButton* m_auto = nullptr;
    QRadioButton* m_clipped = nullptr;
    QRadioButton* m_locked = nullptr;
    QRadioButton* m_typed = nullptr;
    QDoubleSpinBox* m_percent = nullptr;
    QLineEdit* m_low = nullptr;
    QLineEdit* m_high = nullptr;
    QLabel* m_problem = nullptr;
    QComboBox* m_colours = nullptr;
    SegmentSwitch* m_mode = nullptr;
    SegmentSwitch* m_contours = nullptr;
    QCheckBox* m_thresholded = nullptr;
    QLineEdit* m_threshold = nullptr;
};

}  // namespace fovea
