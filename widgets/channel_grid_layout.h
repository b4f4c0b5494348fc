#pragma once

#include <QRect>

namespace fovea {

/// Where the tiles of a grid of channels or heads stand in its view, below the header. A place is a position in the order of the
/// tiles.
struct ChannelGridLayout {
    static constexpr int kMargin = 8;
    static constexpr int kHeader = 24;                  ///< height of the header
    static constexpr int kTop = kMargin + kHeader + 8;  ///< of the tiles
    static constexpr int kLine = 14;                    ///< of words and numbers under a tile
    static constexpr int kHintWidth = 3;

    QRect view;
    int tiles = 0;           ///< which there are in the order
    int heads = 0;           ///< of the map; they are as large as all of them fit
    bool isOfHeads = false;  ///< else of channels, all of one size
    bool isNamed = false;    ///< names stand under the tiles, which are wider then
    double aspect = 1.0;     ///< width by height of a picture
    int first = 0;           ///< row at the top

    /// Of all tiles.
    [[nodiscard]] QRect area() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] int rows() const;
    [[nodiscard]] int tileWidth() const;
    [[nodiscard]] int tileHeight() const { return tileHeightFor(tileWidth()); }
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int wholeRows() const;  ///< which fit
    [[nodiscard]] int lastFirst() const;  ///< the first row when the last one is in view
    /// The first row with which a place is in view.
    [[nodiscard]] int firstShowing(int place) const;
    /// The places from begin to end, the last row of which may be cut.
    struct Places {
        int begin = 0;
        int end = 0;
    };
    [[nodiscard]] Places placesInView() const;

    /// The picture of a tile; null while it is scrolled away.
    [[nodiscard]] QRect tile(int place) const;
    /// With its caption.
    [[nodiscard]] QRect cell(int place) const;
    /// −1 beside the tiles.
    [[nodiscard]] int placeAt(const QPoint& position) const;

private:
    [[nodiscard]] int tileHeightFor(int width) const;
};

}  // namespace fovea
