#pragma once

#include <vector>

#include "widgets/channel_grid_layout.h"
#include "widgets/channel_grid_names.h"
#include "widgets/channel_grid_tiles.h"

class QPainter;

namespace fovea {

/// What a person has chosen for channels, or for heads.
struct ChannelGridChoices {
    std::vector<float> factors;  ///< missing ones are 1
    std::vector<int> pinned;
};

/// Which tiles are marked.
struct ChannelGridMarks {
    int chosen = -1;   ///< channel
    int hovered = -1;  ///< channel under the pointer
    int focused = -1;  ///< place of the keyboard
};

/// Paints the tiles in view. It knows neither widget nor mouse.
class ChannelGridPainter final {
public:
    ChannelGridPainter(QPainter& painter, const ChannelGridTiles& tiles, const ChannelGridLayout& layout,
                       const ChannelGridNames& names, const ChannelGridChoices& choices, const ChannelGridMarks& marks);

    void paint();

private:
    void paintTile(int place);
    void paintPixels(int channel, const QRect& at);
    void paintFactor(int channel, const QRect& at);
    void paintPin(const QRect& at);
    void paintCaption(int channel, const QRect& at);
    void paintHint();

    QPainter& m_painter;
    const ChannelGridTiles& m_tiles;
    ChannelGridLayout m_layout;
    ChannelGridNames m_names;
    const ChannelGridChoices& m_choices;
    ChannelGridMarks m_marks;
};

}  // namespace fovea
