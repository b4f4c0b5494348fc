#pragma once

#include <QPainter>
#include <QPointer>
#include <QStringList>

#include <limits>
#include <optional>

#include "widgets/colour_scale.h"
#include "widgets/colour_scale_panel.h"

namespace fovea {

/// What a ColourScale holds; its painting is in colour_scale_paint.cpp.
struct ColourScale::State {
    enum class End { None, Low, High };
    struct Outside {
        double below = 0.0;  ///< shares of the cells which take part
        double above = 0.0;
    };
    /// While an end is dragged the axis stands, so that a place keeps its value.
    struct Drag {
        End end = End::None;
        ValueRange axis;
        double offset = 0.0;  ///< from the end's own row to the mouse
    };

    static constexpr int kPadding = 8;
    static constexpr int kHistogram = 20;
    static constexpr int kHistogramGap = 2;
    static constexpr int kBarWidth = 14;
    static constexpr int kLabelGap = 6;
    static constexpr int kLine = 16;
    static constexpr int kHandle = 5;

    explicit State(ColourScale& owner) : scale(owner) {}

    ColourScale& scale;
    std::shared_ptr<const ScalarField> field;
    std::shared_ptr<const FieldStatistics> statistics;
    OverlayStyle style;
    RangeMode mode = RangeMode::Auto;
    ValueRange chosenRange;
    ValueRange shownRange;  ///< effectiveRange() of the above, kept by changed(): the values need not be searched for every paint
    Outside outside;
    float mark = std::numeric_limits<float>::quiet_NaN();
    std::optional<Drag> drag;
    End focusedEnd = End::None;
    End hoveredEnd = End::None;
    QString announced;
    QPointer<ColourScalePanel> panel;

    [[nodiscard]] ValueRange axis() const { return drag ? drag->axis : shownRange; }
    [[nodiscard]] ValueRange automaticRange() const;
    [[nodiscard]] OverlayStyle chosenStyle() const;
    [[nodiscard]] bool collapsed() const { return !(shownRange.hi > shownRange.lo); }
    [[nodiscard]] bool flat() const { return field && field->min == field->max; }
    [[nodiscard]] bool hasHandles() const { return field && !collapsed(); }
    [[nodiscard]] QString modeText() const;
    [[nodiscard]] QString aboveText() const;
    [[nodiscard]] QStringList notesBelow() const;
    [[nodiscard]] int noteHeight(const QString& note) const;
    [[nodiscard]] QRect barRect() const;
    [[nodiscard]] double rowOf(double value) const;
    [[nodiscard]] double valueAt(double row) const;
    [[nodiscard]] QRectF handleRect(End end) const;
    [[nodiscard]] End endAt(QPointF place) const;

    void choose(RangeMode newMode, ValueRange range);
    void edit(const OverlayStyle& edited);
    void changed();
    void hover(End end);
    void focusEnd(End end);
    /// Types a range with one end at this value; the ends stay a hundredth of the axis apart.
    void moveEnd(End end, double value);
    void stepEnd(int steps);
    void resetEnd(End end);
    void moveMark(int steps);

    void paint(QPainter& painter) const;
    void paintHistogram(QPainter& painter) const;
    void paintBar(QPainter& painter) const;
    void paintHandles(QPainter& painter) const;
    void paintTicks(QPainter& painter) const;
    void paintMark(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
};

}  // namespace fovea
