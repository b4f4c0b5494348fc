#pragma once

#include <QPointF>
#include <QRect>

#include "engine/evaluation/faithfulness.h"

namespace fovea {

/// Where the parts of a plot of faithfulness stand in its view: two charts of curves, and the rows of channels or heads beside
/// them. The buttons stand above.
struct FaithfulnessLayout {
    static constexpr int kMargin = 8;
    static constexpr int kButton = 24;  ///< height of the buttons
    static constexpr int kProgress = 3;
    static constexpr int kTitle = 16;  ///< above charts and rows
    static constexpr int kRow = 15;
    static constexpr int kLegendLine = 14;
    static constexpr int kLegendWidth = 108;
    static constexpr int kAxisLeft = 26;  ///< numbers of the vertical axis
    static constexpr int kAxisBelow = 15;
    static constexpr int kHintWidth = 3;

    QRect view;
    int rows = 0;
    int orders = 0;       ///< of the curves; 0: there are none
    int first = 0;        ///< row at the top
    int widestName = 0;   ///< of all rows, so that columns stay where they are while the rows move; pixels
    int widestValue = 0;  ///< likewise

    [[nodiscard]] QRect progress() const;
    /// Below buttons and progress.
    [[nodiscard]] QRect body() const;

    [[nodiscard]] QRect chart(bool shown) const;
    /// Whether the legend stands beside the curves; else above them.
    [[nodiscard]] bool isLegendBeside() const;
    /// Between the axes of a chart.
    [[nodiscard]] QRect plot(bool shown) const;
    [[nodiscard]] QPointF curvePoint(bool shown, const FaithfulnessCurve& curve, int k) const;
    /// The point of a curve nearest to `x`; −1 if it has none.
    [[nodiscard]] int pointAt(bool shown, const FaithfulnessCurve& curve, double x) const;

    /// All rows with their title.
    [[nodiscard]] QRect list() const;
    [[nodiscard]] int visibleRows() const;
    /// Null while the row is scrolled away.
    [[nodiscard]] QRect row(int k) const;
    [[nodiscard]] int rowAt(const QPoint& position) const;  ///< −1: none
    struct Columns {
        QRect name, bar, value;
    };
    /// Across, of every row.
    [[nodiscard]] Columns columns() const;
    /// The bar of a row whose change is the share −1 … 1 of the largest one.
    [[nodiscard]] QRectF bar(int k, double share) const;
    /// The first row with which row `k` is in view.
    [[nodiscard]] int firstShowing(int k) const;
};

}  // namespace fovea
