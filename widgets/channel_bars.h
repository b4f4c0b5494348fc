#pragma once

#include <QStringList>
#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/field.h"

namespace fovea {

/// Per-channel weights as ranked bars: sorted by weight or index, name and value beside each bar and exact on hover; a click (or
/// Enter) shows that channel's map, a second click returns. As many rows as fit; the wheel and arrow keys move through the rest.
/// Signed values grow from a zero line.
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
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
