#pragma once

namespace fovea {

/// How the window shows its panes.
enum class ViewKind {
    Overlay,  ///< the active pane alone
    Split,    ///< two panes over each other, divided by a line
    Compare,  ///< all panes side by side
    Steps,    ///< the active pane, and below it what it computes, step by step
};

}  // namespace fovea
