#pragma once

#include <QCoreApplication>

#include <array>
#include <optional>
#include <vector>

#include "widgets/channel_grid.h"
#include "widgets/channel_grid_header.h"
#include "widgets/channel_grid_painter.h"

class QPainter;

namespace fovea {

/// What a ChannelGrid knows, and what becomes of it. A place is a position in the order, a channel an index of the features (or
/// a head).
struct ChannelGrid::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::ChannelGrid)

public:
    explicit State(ChannelGrid& owner) : view(owner), header(&owner) {}

    ChannelGrid& view;
    ChannelGridHeader header;
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;
    OverlayStyle style;
    GridSubject subject = GridSubject::Channels;
    GridMode mode = GridMode::Before;
    GridSort sort = GridSort::Weight;
    std::array<ChannelGridChoices, 2> choices;  // of channels, of heads

    std::optional<ChannelGridRequest> asked;
    bool anew = true;  // the next order is sorted anew; until then the one before is shown
    int follow = -1;   // channel which the keyboard follows into the next order
    ChannelGridTiles tiles;

    int first = 0;     // row at the top
    int selected = 0;  // place of the keyboard
    int chosen = -1;   // channel
    int hovered = -1;  // place
    int wheel = 0;

    [[nodiscard]] ChannelGridChoices& own() { return choices[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] const ChannelGridChoices& own() const { return choices[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] float factor(int channel) const;
    /// The mode in force: heads know Before alone.
    [[nodiscard]] GridMode shownMode() const { return subject == GridSubject::Heads ? GridMode::Before : mode; }
    /// The features of the model whose channels are shown; null while there are none.
    [[nodiscard]] const Features* features() const;
    /// Of all channels or heads, found or not.
    [[nodiscard]] int total() const;
    /// What the search field finds; nothing when it is empty.
    [[nodiscard]] std::optional<std::vector<int>> among() const { return header.among(total(), names()); }
    [[nodiscard]] ChannelGridNames names() const { return {features(), subject}; }
    [[nodiscard]] ChannelGridLayout layout() const;

    /// Asks for the pixels in view, unless they were asked for.
    void requestPixels();
    [[nodiscard]] ChannelGridRequest request() const;
    /// Whether an answer belongs to what is shown now, and is not behind it.
    [[nodiscard]] bool wants(const RenderedChannelGrid& rendered) const;
    void take(const RenderedChannelGrid& rendered);
    void forget();
    /// Another order begins at its top.
    void sortAnew();

    void reveal(int place) { first = layout().firstShowing(place); }
    void select(int place);
    /// Nothing moves: the second press of a double click must meet the same tile.
    void choose(int channel);
    /// The keys of the tiles, and of the menu.
    bool actOn(int channel, int key);

    void placeHeader() { header.place(view.width(), subject); }
    void nameView();
    void retranslate();
    void tellCount();
    void paint(QPainter& painter) const;
    [[nodiscard]] QString toolTip(int channel) const;
    [[nodiscard]] QString emptyText() const;
    [[nodiscard]] QString factorsText() const;
    [[nodiscard]] QString summary() const;
};

}  // namespace fovea
