#pragma once

#include <array>
#include <string>

namespace fovea {

/// The name of a view: how the window shows its panes. A workspace offers the view.
using ViewId = std::string;

inline const ViewId kOverlayView = "overlay";  ///< the active pane alone
inline const ViewId kSplitView = "split";      ///< two panes over each other, divided by a line
inline const ViewId kCompareView = "compare";  ///< all panes side by side
inline const ViewId kStepsView = "steps";      ///< the active pane, and below it what it computes, step by step

/// The views which session files name by a number, in the order of the numbers. Session files name other views by their id.
inline const std::array<ViewId, 4> kNumberedViews = {kOverlayView, kSplitView, kCompareView, kStepsView};

/// Whether a view shows several panes, whose numbers are compared.
inline bool comparesPanes(const ViewId& view) { return view == kSplitView || view == kCompareView; }

}  // namespace fovea
