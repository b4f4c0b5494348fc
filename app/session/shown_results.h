#pragma once

#include <QPointF>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "app/session/selection.h"

namespace fovea {

/// What the newest results give for what is selected: for each pane its result, and which of its fields is looked at. It only
/// reads.
class ShownResults final {
public:
    /// The selection outlives this.
    explicit ShownResults(const Selection& selection) : m_selection(selection) {}

    /// The newest result in which the mechanism of a pane has finished (well or not) or which has a newer picture; null at first.
    [[nodiscard]] const std::shared_ptr<const FrameResult>& result() const { return m_result; }
    /// The part of a pane's model in result(), or null.
    [[nodiscard]] const ModelResult* modelResult(int pane = kActivePane) const;
    /// The result of a pane's mechanism in result(), or null.
    [[nodiscard]] std::shared_ptr<const JobResult> moduleResult(int pane = kActivePane) const;
    /// The map which is on the canvas of a pane, or null.
    [[nodiscard]] const AttentionMap* map(int pane = kActivePane) const;
    /// The field on the canvas of a pane: nothing until its mechanism has finished.
    [[nodiscard]] std::optional<FieldSpec> field(int pane = kActivePane) const;
    /// The same, but nothing where the map is a matrix without a place on the picture.
    [[nodiscard]] std::optional<FieldSpec> pictureField(int pane = kActivePane) const;
    /// Where the query of a pairwise map lies, or the place the mechanism is told to look at, as fractions of the picture.
    [[nodiscard]] std::optional<QPointF> queryOnPicture(int pane = kActivePane) const;
    /// The frame of a clip which is shown; −1, the newest, for a clip which moves on.
    [[nodiscard]] int clipFrame(int pane = kActivePane) const;
    /// The weights of the active pane's mechanism; before the first result those which the mechanism will have.
    [[nodiscard]] Provenance provenance() const;
    /// Whether the picture which is shown has features of this model.
    [[nodiscard]] bool hasFeatures(ModelId model) const;
    /// The epoch of the newest result of a pane, whether it was news or not; 0 while there is none.
    [[nodiscard]] std::uint64_t finishedEpoch(int pane) const { return m_finishedEpochs[static_cast<std::size_t>(pane)]; }

    /// Takes a newer result. Returns whether it is news: another picture, or another result of a pane. One which adds only the
    /// result of another mechanism is not kept, because it changes nothing that is looked at.
    bool take(const std::shared_ptr<const FrameResult>& result);

private:
    const Selection& m_selection;
    std::shared_ptr<const FrameResult> m_result;
    std::array<std::uint64_t, kMaxPanes> m_finishedEpochs = {};
};

}  // namespace fovea
