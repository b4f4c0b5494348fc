#pragma once

#include <QCoreApplication>
#include <QString>

#include <optional>
#include <vector>

#include "engine/render/channel_grid.h"
#include "widgets/card_parts.h"
#include "widgets/channel_grid_names.h"

class QComboBox;
class QLineEdit;

namespace fovea {

/// The row above the tiles of a grid: what they show, their order, a search, and how many there are.
struct ChannelGridHeader {
    Q_DECLARE_TR_FUNCTIONS(fovea::ChannelGrid)

public:
    explicit ChannelGridHeader(QWidget* view);

    SegmentSwitch* modes;
    QComboBox* sorts;
    QLineEdit* search;
    LineLabel* count;

    /// Names everything but the count.
    void retranslate();
    /// Heads have no modes.
    void place(int width, GridSubject subject);
    /// Which of `total` channels the search finds, by numbers and ranges of them ("3 17-20") or a part of a name; nothing when it
    /// is empty.
    [[nodiscard]] std::optional<std::vector<int>> among(int total, const ChannelGridNames& names) const;
};

}  // namespace fovea
