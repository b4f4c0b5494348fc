#pragma once

#include <QStringList>
#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/field.h"

namespace fovea {

/// Per-channel weights as ranked bars: sorted by weight or index, name and value beside each bar and exact on hover; a click (or
/// Enter) shows that channel's map, a second click returns. As many rows as fit; the wheel and arrow keys move through the rest.
/// Signed values grow from a zero line. Where the rows are channels a mechanism reads, M mutes, S solos, P pins, + and − scale by
/// 0.25, R resets, as in the grid of channels.
class ChannelBars final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit ChannelBars(QWidget* parent = nullptr);
    ~ChannelBars() override;

    void setWeights(const std::vector<float>& weights, const QStringList& names, MapRole role);
    void setMode(ChannelMode mode, int channel);  ///< what the canvas shows now
    void setSortByWeight(bool byWeight);
    [[nodiscard]] bool sortByWeight() const;
    /// Whether the rows are channels of the features, which can be shown alone, muted, scaled and pinned; branches cannot.
    void setOfChannels(bool ofChannels);
    /// What the channels are multiplied by; missing ones are 1. Gives no signal.
    void setFactors(std::vector<float> factors);
    [[nodiscard]] std::vector<float> factors() const;
    /// They stand first, in this order. Gives no signal.
    void setPinned(std::vector<int> pinned);
    [[nodiscard]] std::vector<int> pinned() const;
    /// Channel indices in the order of the rows.
    [[nodiscard]] std::vector<int> order() const;
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the row of a channel is painted; null while it is scrolled away.
    [[nodiscard]] QRect rowRect(int channel) const;

Q_SIGNALS:
    /// Before, After, Changed, or Single with a channel. Additive maps offer Before and Single only.
    void modeChosen(fovea::ChannelMode mode, int channel);
    void sortChanged(bool byWeight);
    /// A person muted, soloed, scaled or reset; empty when all factors are 1.
    void factorsChanged(const std::vector<float>& factors);
    void pinnedChanged(const std::vector<int>& pinned);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    bool actOn(int channel, int key);

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
