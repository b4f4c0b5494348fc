#pragma once

#include <QCoreApplication>
#include <QImage>

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "widgets/card_parts.h"
#include "widgets/channel_grid.h"

class QComboBox;
class QLineEdit;
class QPainter;

namespace fovea {

/// What the files of ChannelGrid share. A place is a position in the order, a channel an index of the features (or a head).
struct ChannelGrid::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::ChannelGrid)

public:
    explicit State(const ChannelGrid& owner) : view(owner) {}

    const ChannelGrid& view;
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;
    OverlayStyle style;
    GridSubject subject = GridSubject::Channels;
    GridMode mode = GridMode::Before;
    GridSort sort = GridSort::Weight;
    std::array<std::vector<float>, 2> allFactors;  // of channels, of heads
    std::array<std::vector<int>, 2> allPinned;

    std::optional<ChannelGridRequest> asked;
    bool anew = true;  // the next order is sorted anew; until then the one before is shown
    int follow = -1;   // channel which the keyboard follows into the next order
    std::vector<int> order;
    std::shared_ptr<const GridNumbers> numbers;
    std::optional<Error> error;
    RenderedChannelGrid shown;  // without its pixels
    QImage atlas;
    std::map<int, QRect> inAtlas;  // of a channel, device pixels

    int first = 0;     // row at the top
    int selected = 0;  // place of the keyboard
    int chosen = -1;   // channel
    int hovered = -1;  // place
    int wheel = 0;
    SegmentSwitch* modes = nullptr;
    QComboBox* sorts = nullptr;
    QLineEdit* search = nullptr;
    LineLabel* count = nullptr;

    [[nodiscard]] std::vector<float>& factors() { return allFactors[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] const std::vector<float>& factors() const { return allFactors[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] std::vector<int>& pinned() { return allPinned[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] const std::vector<int>& pinned() const { return allPinned[static_cast<std::size_t>(subject)]; }
    [[nodiscard]] float factor(int channel) const;
    /// The mode in force: heads know Before alone.
    [[nodiscard]] GridMode shownMode() const { return subject == GridSubject::Heads ? GridMode::Before : mode; }
    /// The features of the model whose channels are shown; null while there are none.
    [[nodiscard]] const Features* features() const;
    /// Of all channels or heads, found or not.
    [[nodiscard]] int total() const;
    [[nodiscard]] int tiles() const { return static_cast<int>(order.size()); }
    [[nodiscard]] int channelAt(int place) const;
    [[nodiscard]] int placeOf(int channel) const;
    /// What the search field finds; nothing when it is empty.
    [[nodiscard]] std::optional<std::vector<int>> among() const;
    [[nodiscard]] ChannelGridRequest request() const;
    void take(const RenderedChannelGrid& rendered);
    void forget();

    // Geometry.
    [[nodiscard]] QRect area() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] int rows() const;
    [[nodiscard]] int tileWidth() const;  // wider where names stand under the tiles
    [[nodiscard]] int tileHeight() const;
    [[nodiscard]] int tileHeightFor(int width) const;
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] bool named() const;
    [[nodiscard]] int wholeRows() const;  // which fit
    [[nodiscard]] int lastFirst() const;
    [[nodiscard]] QRect tile(int place) const;
    /// With its caption.
    [[nodiscard]] QRect cell(int place) const;
    [[nodiscard]] int placeAt(const QPoint& position) const;
    void reveal(int place);
    void placeHeader() const;

    // Texts.
    void retranslate() const;
    void tellCount() const;
    [[nodiscard]] QString name(int channel) const;
    [[nodiscard]] QString label(int channel) const;
    [[nodiscard]] QString number(const std::vector<float>& of, int channel, bool exact) const;
    [[nodiscard]] QString toolTip(int channel) const;
    [[nodiscard]] QString emptyText() const;

    // Painting.
    void paint(QPainter& painter) const;
    void paintTile(QPainter& painter, int place) const;
    void paintMarks(QPainter& painter, int channel, const QRect& at) const;
    void paintHint(QPainter& painter) const;
};

}  // namespace fovea
