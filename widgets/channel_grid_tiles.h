#pragma once

#include <QImage>
#include <QRect>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/render/channel_grid.h"

namespace fovea {

/// The tiles of a grid as the last answer gave them: their order, their numbers and the pixels of those in view. A place is a
/// position in the order, a channel an index of the features (or a head).
class ChannelGridTiles final {
public:
    void take(const RenderedChannelGrid& rendered);
    /// Nothing of what was shown belongs to what comes.
    void forget();

    [[nodiscard]] const std::vector<int>& order() const { return m_order; }
    [[nodiscard]] int count() const { return static_cast<int>(m_order.size()); }
    [[nodiscard]] int channelAt(int place) const;  ///< −1 for no place
    [[nodiscard]] int placeOf(int channel) const;  ///< −1 where it is not among them
    /// Null until the first answer.
    [[nodiscard]] const std::shared_ptr<const GridNumbers>& numbers() const { return m_numbers; }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }
    [[nodiscard]] const ValueRange& range() const { return m_range; }
    /// The result of the answer; null before the first.
    [[nodiscard]] const FrameResult* result() const { return m_result.get(); }

    [[nodiscard]] const QImage& atlas() const { return m_atlas; }
    /// Where a channel is in the atlas, device pixels; nothing while its pixels are not there.
    [[nodiscard]] std::optional<QRect> inAtlas(int channel) const;

private:
    std::vector<int> m_order;
    std::shared_ptr<const GridNumbers> m_numbers;
    std::optional<Error> m_error;
    ValueRange m_range;
    std::shared_ptr<const FrameResult> m_result;
    QImage m_atlas;
    std::map<int, QRect> m_places;
};

}  // namespace fovea
