#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/channel_grid.h"

namespace fovea {

/// All channels of the features (or heads of a map) as tiles: before, after or what the mechanism changed; sorted, searched and
/// pinned. A click (or Enter) chooses one; a double click or M mutes, S solos, P pins, + and − scale by 0.25, R resets. It asks
/// for the pixels of the visible rows alone, by renderRequested(). The wheel, the arrow keys, PageUp, PageDown, Home and End
/// move.
class ChannelGrid final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit ChannelGrid(QWidget* parent = nullptr);
    ~ChannelGrid() override;

    /// The result and the map on the canvas, with which likeness compares and whose heads these are.
    void setResult(std::shared_ptr<const FrameResult> result, const FieldSpec& field, const OverlayStyle& style);
    void setRendered(const RenderedChannelGrid& rendered);
    /// Channels and heads have factors and pins of their own.
    void setSubject(GridSubject subject);
    [[nodiscard]] GridSubject subject() const;
    void setMode(GridMode mode);
    [[nodiscard]] GridMode mode() const;
    void setSort(GridSort sort);
    [[nodiscard]] GridSort sort() const;
    /// Of the subject shown; missing ones are 1. Gives no signal.
    void setFactors(std::vector<float> factors);
    [[nodiscard]] std::vector<float> factors() const;
    void setPinned(std::vector<int> pinned);
    [[nodiscard]] std::vector<int> pinned() const;
    /// The tile which is marked, −1 for none; gives no signal.
    void setChosen(int channel);
    [[nodiscard]] int chosen() const;
    /// Channels or heads in the order of the tiles; empty until the first answer.
    [[nodiscard]] std::vector<int> order() const;
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the picture of a channel is painted, caption not included; null while it is scrolled away.
    [[nodiscard]] QRect tileRect(int channel) const;

Q_SIGNALS:
    void renderRequested(const fovea::ChannelGridRequest& request);
    void channelChosen(int channel);  ///< −1: none any more
    /// A person muted, soloed, scaled or reset; empty when all factors are 1.
    void factorsChanged(const std::vector<float>& factors);
    /// A person pinned or unpinned one of the subject shown.
    void pinnedChanged(const std::vector<int>& pinned);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
