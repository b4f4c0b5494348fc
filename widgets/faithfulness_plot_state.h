#pragma once

#include <QCoreApplication>

#include <vector>

#include "widgets/card_parts.h"
#include "widgets/faithfulness_plot.h"

class QPainter;
class QPushButton;

namespace fovea {

/// What the files of FaithfulnessPlot share.
struct FaithfulnessPlot::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::FaithfulnessPlot)

public:
    explicit State(const FaithfulnessPlot& owner) : view(owner) {}

    static constexpr int kRow = 15;

    const FaithfulnessPlot& view;
    std::shared_ptr<const FaithfulnessResult> result;
    double reach = 1.0;  // the largest change, at the end of the bars
    int widestName = 0;  // pixels
    int widestValue = 0;
    bool running = false;
    bool available = true;
    int done = 0;
    int total = 0;
    QString message;
    int first = 0;     // row at the top
    int selected = 0;  // row of the keyboard
    int hovered = -1;  // row under the pointer
    int wheel = 0;
    bool readShown = false;  // the chart that is read
    int point = -1;
    QPushButton* start = nullptr;
    QPushButton* cancel = nullptr;
    QPushButton* save = nullptr;
    LineLabel* line = nullptr;

    void measure();
    void take(std::shared_ptr<const FaithfulnessResult> given);
    [[nodiscard]] bool hasCurves() const { return result && !result->orders.empty(); }
    [[nodiscard]] int rows() const { return result ? static_cast<int>(result->effects.size()) : 0; }
    [[nodiscard]] const FaithfulnessEffect& effect(int row) const { return result->effects[static_cast<std::size_t>(row)]; }
    [[nodiscard]] const FaithfulnessCurve& curve(bool shown, int order) const {
        const FaithfulnessOrder& of = result->orders[static_cast<std::size_t>(order)];
        return shown ? of.shown : of.removed;
    }
    [[nodiscard]] int orders() const { return hasCurves() ? static_cast<int>(result->orders.size()) : 0; }
    [[nodiscard]] int rowOf(int index, bool head) const;

    // Geometry.
    [[nodiscard]] QRect body() const;
    [[nodiscard]] QRect listBox() const;
    [[nodiscard]] QRect chartBox(bool shown) const;
    /// Whether the legend stands beside the curves; else above them.
    [[nodiscard]] bool legendBeside() const;
    [[nodiscard]] QRect plot(bool shown) const;
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] QRect row(int k) const;
    [[nodiscard]] int rowAt(const QPoint& position) const;
    struct Columns {
        QRect name, bar, value;
    };
    [[nodiscard]] Columns columns() const;
    [[nodiscard]] QRectF bar(int k) const;
    [[nodiscard]] int pointAt(bool shown, double x) const;
    void reveal(int k);
    void placeHeader();

    // Texts.
    void retranslate();
    void tellState();
    [[nodiscard]] QString intro() const;
    [[nodiscard]] QString orderName(int order) const;
    [[nodiscard]] QString chartName(bool shown) const;
    [[nodiscard]] QString effectName(int row) const;
    [[nodiscard]] QString shortName(int row) const;  // where that one does not fit
    [[nodiscard]] QString change(double value) const;
    [[nodiscard]] QString readingOf(bool shown, int k, bool exact) const;
    [[nodiscard]] QString toolTip(const QPoint& position) const;

    // Painting.
    void paint(QPainter& painter) const;
    void paintChart(QPainter& painter, bool shown) const;
    void paintCurves(QPainter& painter, bool shown) const;
    void paintLegend(QPainter& painter, bool shown) const;
    void paintList(QPainter& painter) const;
    void paintRow(QPainter& painter, int k, const Columns& at) const;
};

}  // namespace fovea
