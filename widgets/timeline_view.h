#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/timeline.h"

namespace fovea {

/// How much weight each frame of a clip has: bars over real time, so that a gap in time is a gap, with the frame which is shown
/// (triangle) and the one which asks (diamond) marked. Where channels have weights of their own, they stand below, channel by
/// channel. A click or the arrow keys choose the frame whose map is shown; a hover gives its exact weight.
class TimelineView final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit TimelineView(QWidget* parent = nullptr);
    ~TimelineView() override;

    void setTimeline(const Timeline& timeline);
    /// One sentence instead of bars: what is missing. Empty: what fills this card.
    void setMessage(const QString& message);
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the bar of a frame is painted, from the zero line to its weight.
    [[nodiscard]] QRectF barRect(int frame) const;
    /// Where a weight of a frame's channel is painted; null without weights by channel.
    [[nodiscard]] QRectF cellRect(int frame, int channel) const;

Q_SIGNALS:
    void frameChosen(int clipIndex);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
