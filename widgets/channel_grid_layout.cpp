#include "widgets/channel_grid_layout.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr int kTile = 76;
constexpr int kNamedTile = 100;
constexpr int kHighestTile = 120;
constexpr int kLargestHead = 220;
constexpr int kGap = 8;

}  // namespace

QRect ChannelGridLayout::area() const { return view.adjusted(kMargin, kTop, -kMargin - kHintWidth, -2); }

int ChannelGridLayout::columns() const { return std::max(1, (area().width() + kGap) / (tileWidth() + kGap)); }

int ChannelGridLayout::rows() const { return (tiles + columns() - 1) / columns(); }

int ChannelGridLayout::tileWidth() const {
    const int least = isNamed ? kNamedTile : kTile;
    for (int across = 1; isOfHeads && across <= heads; ++across) {
        const int width = std::min((area().width() + kGap) / across - kGap, kLargestHead);
        const int down = (heads + across - 1) / across;
        if (width <= least) {
            break;
        }
        if (down * (tileHeightFor(width) + 1 + kLine + kGap) - kGap <= area().height()) {
            return width;
        }
    }
    return least;
}

int ChannelGridLayout::tileHeightFor(int width) const {
    return std::clamp(static_cast<int>(std::lround(width / aspect)), 40, isOfHeads ? kLargestHead : kHighestTile);
}

int ChannelGridLayout::rowHeight() const { return tileHeight() + 1 + (isNamed ? 2 : 1) * kLine + kGap; }

int ChannelGridLayout::wholeRows() const { return std::max(1, (area().height() + kGap) / rowHeight()); }

int ChannelGridLayout::lastFirst() const { return std::max(0, rows() - wholeRows()); }

int ChannelGridLayout::firstShowing(int place) const {
    const int row = std::max(place, 0) / columns();
    return std::clamp(std::clamp(first, row - wholeRows() + 1, row), 0, lastFirst());
}

ChannelGridLayout::Places ChannelGridLayout::placesInView() const {
    const int begin = first * columns();
    return {begin, std::min(tiles, begin + (wholeRows() + 1) * columns())};
}

QRect ChannelGridLayout::tile(int place) const {
    const int row = place / columns() - first;
    if (place < 0 || place >= tiles || row < 0 || row > wholeRows()) {
        return {};
    }
    return {area().left() + place % columns() * (tileWidth() + kGap), area().top() + row * rowHeight(), tileWidth(),
            tileHeight()};
}

QRect ChannelGridLayout::cell(int place) const {
    const QRect at = tile(place);
    return at.isNull() ? at : at.adjusted(0, 0, 0, rowHeight() - kGap - tileHeight());
}

int ChannelGridLayout::placeAt(const QPoint& position) const {
    if (position.y() < kTop) {
        return -1;
    }
    const auto [begin, end] = placesInView();
    for (int place = begin; place < end; ++place) {
        if (cell(place).contains(position)) {
            return place;
        }
    }
    return -1;
}

}  // namespace fovea
