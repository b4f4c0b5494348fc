#pragma once

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/pipeline/intervention.h"
#include "widgets/card_parts.h"
#include "widgets/channel_bars.h"

class QPainter;

namespace fovea {

/// What the files of ChannelBars share. A row is a position in the order, a channel an index of the weights.
struct ChannelBars::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::ChannelBars)

public:
    static constexpr int kRow = 15;
    static constexpr int kColumnsTop = 23;  ///< the line of column heads: order, axis
    static constexpr int kTop = kColumnsTop + 17;
    static constexpr int kHintWidth = 3;

    std::vector<float> weights;
    QStringList names;
    MapRole role = MapRole::Gate;
    ChannelMode mode = ChannelMode::After;
    int channel = -1;
    bool ofChannels = true;  ///< whether rows are channels of the features
    std::vector<float> factors;
    std::vector<int> pinned;
    bool byWeight = true;
    std::vector<int> order;
    float lo = 0.0F;
    float hi = 1.0F;
    int first = 0;     // row at the top
    int selected = 0;  // row of the keyboard
    int hovered = -1;  // row under the mouse
    int wheel = 0;
    SegmentSwitch* modes = nullptr;
    TextButton* chip = nullptr;
    TextButton* sort = nullptr;

    [[nodiscard]] int rows() const { return static_cast<int>(order.size()); }
    [[nodiscard]] static int visibleRows(int height) { return std::max(1, (height - kTop) / kRow); }
    [[nodiscard]] int channelAt(int row) const { return order[static_cast<std::size_t>(row)]; }
    [[nodiscard]] float weightOf(int c) const { return weights[static_cast<std::size_t>(c)]; }

    [[nodiscard]] int rowOf(int c) const {
        const auto it = std::find(order.begin(), order.end(), c);
        return it == order.end() ? -1 : static_cast<int>(it - order.begin());
    }

    [[nodiscard]] QString label(int c) const {
        const QString name = c < names.size() ? names[c] : QString();
        if (name.isEmpty()) {
            return QString::number(c);
        }
        return ofChannels ? QStringLiteral("%1 %2").arg(c).arg(name) : name;
    }

    [[nodiscard]] QString longestLabel() const {
        const auto shorter = [](const QString& a, const QString& b) { return a.size() < b.size(); };
        const auto it = std::max_element(names.begin(), names.end(), shorter);
        return label(it == names.end() ? std::max(0, rows() - 1) : static_cast<int>(it - names.begin()));
    }

    /// Of the channel shown alone, which has no row here where the rows are branches.
    [[nodiscard]] QString shownLabel() const { return ofChannels ? label(channel) : QString::number(channel); }

    void reorder() {
        order.resize(weights.size());
        std::iota(order.begin(), order.end(), 0);
        if (byWeight) {
            std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return weightOf(a) > weightOf(b); });
        }
        for (auto pin = pinned.rbegin(); pin != pinned.rend(); ++pin) {  // they come first, in this order
            const auto it = std::find(order.begin(), order.end(), *pin);
            if (it != order.end()) {
                std::rotate(order.begin(), it, std::next(it));
            }
        }
    }

    // Gates within 0..1 share one axis, so that two of them can be compared; the rest ends at the largest magnitude.
    void scale() {
        const auto [least, most] = std::minmax_element(weights.begin(), weights.end());
        if (weights.empty()) {
            return;
        }
        const float magnitude = std::max(std::abs(*least), std::abs(*most));
        const bool unit = (role == MapRole::Gate || role == MapRole::Mask) && *least >= 0.0F && *most <= 1.0F;
        hi = unit ? 1.0F : magnitude;
        lo = *least < 0.0F ? -magnitude : 0.0F;
        if (hi <= lo) {
            hi = 1.0F;
        }
    }

    void reveal(int row, int height) {
        const int visible = visibleRows(height);
        first = std::clamp(first, row - visible + 1, std::max(row, 0));
        first = std::clamp(first, 0, std::max(0, rows() - visible));
    }

    /// The channel of the keyboard's row; −1 without rows.
    [[nodiscard]] int marked() const { return selected < rows() ? channelAt(selected) : -1; }
    /// In another order the keyboard stays with its channel, in sight; what is muted changes the weights. Without the keyboard
    /// the row stays where it is, so that no later key means a row which nobody has seen.
    void follow(const ChannelBars& view, int c) {
        if (view.hasFocus()) {
            selected = std::max(0, rowOf(c));
            reveal(selected, view.height());
        }
    }

    [[nodiscard]] int rowAt(const QPoint& position, int height) const {
        if (position.y() < kTop) {
            return -1;
        }
        const int offset = (position.y() - kTop) / kRow;
        const int row = first + offset;
        return offset < visibleRows(height) && row < rows() ? row : -1;
    }

    [[nodiscard]] ChannelMode wholeMode() const { return role == MapRole::Additive ? ChannelMode::Before : ChannelMode::After; }

    // What is added to the features has no "after" and no "changed".
    void markMode() const {
        const bool single = mode == ChannelMode::Single;
        modes->setCurrent(single ? -1 : static_cast<int>(role == MapRole::Additive ? ChannelMode::Before : mode));
    }

    // A row chosen once shows its channel alone; chosen again it gives all channels back.
    void choose(ChannelBars& view, int row) {
        if (row < 0 || row >= rows()) {
            return;
        }
        selected = row;
        if (!ofChannels) {
            return;
        }
        const int c = channelAt(row);
        const bool again = mode == ChannelMode::Single && channel == c;
        view.setMode(again ? wholeMode() : ChannelMode::Single, again ? -1 : c);
        Q_EMIT view.modeChosen(mode, channel);
    }

    struct Columns {
        QRect name, bar, value;
    };
    [[nodiscard]] Columns columns(int width, const QFontMetrics& metrics) const;
    [[nodiscard]] bool isPinned(int c) const { return std::find(pinned.begin(), pinned.end(), c) != pinned.end(); }
    [[nodiscard]] QString toolTip(int c) const;
    void retranslate();
    void placeHeader(const ChannelBars& view);
    void paint(QPainter& painter, const ChannelBars& view) const;
    void paintRow(QPainter& painter, const ChannelBars& view, int row, int y, const Columns& at) const;
    void paintName(QPainter& painter, int c, QRect at) const;
    void paintAxis(QPainter& painter, const Columns& at) const;
};

}  // namespace fovea
