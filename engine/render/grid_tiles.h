#pragma once

#include <memory>
#include <vector>

#include "engine/render/channel_grid.h"

/// Where the tiles of a channel grid get their values from.
namespace fovea::grids {

/// The channels of one result, or the heads of its map. Holds the result's parts alive; const calls may run side by side.
class Source final {
public:
    static Result<Source> of(const FrameResult& result, const FieldSpec& field, GridSubject subject);

    [[nodiscard]] int height() const noexcept { return m_height; }
    [[nodiscard]] int width() const noexcept { return m_width; }
    [[nodiscard]] int count() const noexcept { return m_count; }
    [[nodiscard]] const JobResult& module() const noexcept { return *m_module; }
    /// height·width values of a channel or head; the mode must be one numbers() has ends for.
    [[nodiscard]] std::vector<float> tile(int index, GridMode mode) const;
    /// Of the same result.
    [[nodiscard]] std::shared_ptr<const GridNumbers> numbers(const FrameResult& result) const;

private:
    Source() = default;
    void takeChannels();
    Result<void> takeHeads(const FrameResult& result);
    void channelNumbers(GridNumbers& out, const std::vector<float>& canvas) const;
    void headNumbers(GridNumbers& out, const std::vector<float>& canvas) const;
    /// The map on the canvas on this grid; empty when there is none.
    [[nodiscard]] std::vector<float> canvasOf(const FrameResult& result) const;

    std::shared_ptr<const JobResult> m_module;
    std::shared_ptr<const Features> m_features;
    FieldSpec m_field;
    GridSubject m_subject = GridSubject::Channels;
    int m_count = 0;
    int m_height = 0;
    int m_width = 0;
    const AttentionMap* m_gate = nullptr;  ///< of m_module
    const FeatureMap* m_after = nullptr;   ///< of m_module; null with a gate, or when its shape is another
    std::vector<std::vector<float>> m_heads;
};

}  // namespace fovea::grids
