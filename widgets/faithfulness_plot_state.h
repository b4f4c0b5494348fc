#pragma once

#include <QCoreApplication>

#include "widgets/card_parts.h"
#include "widgets/faithfulness_layout.h"
#include "widgets/faithfulness_numbers.h"
#include "widgets/faithfulness_plot.h"

class QPainter;
class QPushButton;

namespace fovea {

/// What the files of FaithfulnessPlot share.
struct FaithfulnessPlot::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::FaithfulnessPlot)

public:
    explicit State(const FaithfulnessPlot& owner) : view(owner) {}

    const FaithfulnessPlot& view;
    FaithfulnessNumbers numbers;
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

    void take(std::shared_ptr<const FaithfulnessResult> given);
    void measure();
    [[nodiscard]] FaithfulnessLayout layout() const;
    /// The point of a chart at this place across; −1 for none.
    [[nodiscard]] int pointAt(bool shown, double x) const;
    void reveal(int row);
    void placeHeader();
    void paint(QPainter& painter) const;

    // Texts.
    void retranslate();
    void tellState();
    [[nodiscard]] QString intro() const;
    [[nodiscard]] QString toolTip(const QPoint& position) const;
};

}  // namespace fovea
