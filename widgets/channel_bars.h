#pragma once

#include <QStringList>
#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/field.h"

namespace fovea {

/// Per-channel weights as ranked bars: sorted by weight or index, name and value beside each bar and exact on hover; a click (or Enter) shows that
/// channel's map, a second click returns. As many rows as fit; the wheel and arrow keys move through the rest. Signed values grow from a zero line.
class ChannelBars final : public QWidget {
    Q_OBJECT

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

Q_SIGNALS:
    /// Before, After, Changed, or Single with a channel. Additive maps offer Before and Single only.
    void modeChosen(fovea::ChannelMode mode, int channel);
    void sortChanged(bool byWeight);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
