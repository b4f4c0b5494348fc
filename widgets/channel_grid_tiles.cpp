#include "widgets/channel_grid_tiles.h"

#include <algorithm>

#include "widgets/figure/mat_image.h"

namespace fovea {

void ChannelGridTiles::take(const RenderedChannelGrid& rendered) {
    m_error = rendered.error;
    m_numbers = rendered.numbers;
    m_order = rendered.order;
    m_range = rendered.range;
    m_result = rendered.request.result;
    m_atlas = matImage(rendered.pixels);
    m_places.clear();
    const ChannelGridRequest& of = rendered.request;
    const int begin = of.firstRow * of.columns;
    for (int k = begin; rendered.pixels && k < std::min(begin + of.rows * of.columns, count()); ++k) {
        m_places[m_order[static_cast<std::size_t>(k)]] =
            QRect((k - begin) % of.columns * of.tileWidth, (k - begin) / of.columns * of.tileHeight, of.tileWidth, of.tileHeight);
    }
}

void ChannelGridTiles::forget() { *this = {}; }

int ChannelGridTiles::channelAt(int place) const {
    return place >= 0 && place < count() ? m_order[static_cast<std::size_t>(place)] : -1;
}

int ChannelGridTiles::placeOf(int channel) const {
    const auto it = std::find(m_order.begin(), m_order.end(), channel);
    return it == m_order.end() ? -1 : static_cast<int>(it - m_order.begin());
}

std::optional<QRect> ChannelGridTiles::inAtlas(int channel) const {
    const auto found = m_places.find(channel);
    return found == m_places.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fovea
