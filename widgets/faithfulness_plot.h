#pragma once

#include <QWidget>

#include <memory>

#include "engine/evaluation/faithfulness.h"

namespace fovea {

/// How faithful a map is to the network: how the guess falls while the picture is blurred in the map's order, and rises while it
/// is shown, beside a random and a centred order, and what muting each channel or head changes. Curves differ by colour and dash;
/// Left and Right (or the pointer) read one place of them, Up and Down move through the bars, Enter or a click chooses one.
class FaithfulnessPlot final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit FaithfulnessPlot(QWidget* parent = nullptr);
    ~FaithfulnessPlot() override;

    /// Null: nothing has been measured yet.
    void setResult(std::shared_ptr<const FaithfulnessResult> result);
    /// While it runs: Start gives way to Cancel, and a thin bar shows `done` of `total` runs of the network.
    void setRunning(bool running);
    void setProgress(int done, int total);
    /// One sentence, such as why it did not work; empty for none.
    void setMessage(const QString& message);
    /// Whether Start can be pressed: it needs a picture and a network with a tail.
    void setAvailable(bool available);
    /// The point of the curves that is read now: 0 … steps; −1 for none.
    [[nodiscard]] int readPoint() const;
    /// "50 % blurred: map 0.12, random 0.4, centre 0.3" of the point and chart that are read; empty for none.
    [[nodiscard]] QString reading() const;
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// The area between the axes of deletion, or of insertion; null when there are no curves.
    [[nodiscard]] QRect plotRect(bool shown) const;
    /// Where point `k` of an order's curve is painted.
    [[nodiscard]] QPointF curvePoint(bool shown, int order, int k) const;
    /// The row of a channel or head; null while it is scrolled away, or there is none.
    [[nodiscard]] QRect rowRect(int index, bool head) const;
    /// The bar within that row.
    [[nodiscard]] QRectF barRect(int index, bool head) const;

Q_SIGNALS:
    void startRequested();
    void cancelRequested();
    void saveRequested();
    void channelChosen(int index, bool head);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void select(int row);
    void readAt(bool shown, int point);

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
