#pragma once

#include <QCoreApplication>

#include "widgets/faithfulness_layout.h"
#include "widgets/faithfulness_numbers.h"

class QPainter;

namespace fovea {

/// What pointer and keyboard point at in a plot of faithfulness.
struct FaithfulnessMarks {
    bool isShownRead = false;  ///< the chart that is read is that of insertion
    int point = -1;            ///< of its curves; −1: none is read
    int hovered = -1;          ///< row under the pointer
    int focused = -1;          ///< row with the keyboard
};

/// Paints charts and rows of a measurement. It knows neither widget nor mouse.
class FaithfulnessPainter final {
    Q_DECLARE_TR_FUNCTIONS(fovea::FaithfulnessPlot)

public:
    FaithfulnessPainter(QPainter& painter, const FaithfulnessNumbers& numbers, const FaithfulnessLayout& layout,
                        const FaithfulnessMarks& marks);

    void paintProgress(int done, int total);
    void paintChart(bool shown);
    void paintRows();

private:
    void paintTitle(bool shown);
    void paintAxes(bool shown);
    void paintCurves(bool shown);
    void paintLegend(bool shown);
    void paintRow(int k, const FaithfulnessLayout::Columns& at);
    void paintHint(int visible);
    /// Whether this chart is the one that is read.
    [[nodiscard]] bool isRead(bool shown) const { return m_marks.point >= 0 && m_marks.isShownRead == shown; }
    [[nodiscard]] double readShare(bool shown) const;

    QPainter& m_painter;
    const FaithfulnessNumbers& m_numbers;
    FaithfulnessLayout m_layout;
    FaithfulnessMarks m_marks;
};

}  // namespace fovea
