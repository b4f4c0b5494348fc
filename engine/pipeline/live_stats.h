#pragma once

#include <cstdint>
#include <vector>

namespace fovea {

/// One painted overlay on its way from the source to the screen; milliseconds.
struct LiveFrame {
    std::uint64_t sequence = 0;
    double waited = 0.0;    ///< from capture until the worker took it
    double features = 0.0;  ///< backbone
    double module = 0.0;    ///< the chosen mechanism
    double render = 0.0;    ///< pixels of the overlay
    double latency = 0.0;   ///< from capture to paint, everything included
    double interval = 0.0;  ///< since the overlay before; 0 for the first
};

/// How a live source is doing; a value for views.
struct LiveStats {
    bool valid = false;              ///< false while nothing runs
    double framesPerSecond = 0.0;    ///< arriving from the source
    double overlaysPerSecond = 0.0;  ///< painted
    double latencyMedian = 0.0;      ///< milliseconds, capture to paint, over `recent`
    double latencyP95 = 0.0;
    double features = 0.0;  ///< medians over `recent`, milliseconds
    double module = 0.0;
    double render = 0.0;
    std::uint64_t dropped = 0;      ///< frames which were read but never shown with an overlay, since the source began
    int workingSide = 0;            ///< longer side of the working picture, pixels
    bool autoSized = false;         ///< it was lowered to keep the rate
    std::vector<LiveFrame> recent;  ///< the last 120, oldest first
};

}  // namespace fovea
