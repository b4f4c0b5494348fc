#pragma once

#include <QWidget>

#include <memory>

#include "engine/pipeline/live_stats.h"

namespace fovea {

/// Where the time of the last 120 overlays went: stacked milliseconds of waiting, features, mechanism, drawing and the rest until
/// paint, newest at the right, with lines at the 33.3 ms of 30 pictures a second and at 100 ms. A hover gives one overlay's
/// numbers exactly. Repaints at most ten times a second, however often it is told.
class LivePlot final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit LivePlot(QWidget* parent = nullptr);
    ~LivePlot() override;

    void setStats(const LiveStats& stats);
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the stack of an overlay stands; 0 is the oldest which is shown.
    [[nodiscard]] QRectF stackRect(int overlay) const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
