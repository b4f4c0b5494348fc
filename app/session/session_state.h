#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "app/session/view_id.h"
#include "engine/models/retina.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/range_mode.h"
#include "engine/render/render.h"

namespace fovea {

inline constexpr int kMaxPanes = 4;
/// Pins have numbers from 1 to this one.
inline constexpr int kMaxPins = 9;

/// A place which is asked about, as fractions of the picture.
struct Pin {
    int number = 1;
    double x = 0.5;
    double y = 0.5;
    bool operator==(const Pin&) const = default;
};

/// What is chosen in one pane.
struct PaneState {
    std::string bundleFolder;  ///< empty: the Retina makes the features
    std::string module;        ///< id; empty in a session whose mechanism is not known
    int place = 0;             ///< JobId::place, below kMaxPanes; no two panes share one
    bool trained = true;
    ParamSet params;  ///< empty: the model's
    std::string weightsFile;
    std::uint64_t seed = 1;
    FieldSpec field;  ///< without its job, which module, place and folder say
    Intervention intervention;
    std::vector<int> pinnedChannels;  ///< they come first wherever channels are listed
    std::vector<int> pinnedHeads;
    bool operator==(const PaneState&) const = default;
};

/// The least place which none of these panes has.
template <typename Panes>
int freePlace(const Panes& panes) {
    int place = 0;
    while (std::any_of(panes.begin(), panes.end(), [place](const auto& pane) { return pane.place == place; })) {
        ++place;
    }
    return place;
}

/// Everything a person has chosen about view and model, as a value: what undo goes back to.
struct SessionState {
    std::vector<PaneState> panes;
    int active = 0;
    bool cropped = false;
    bool fine = false;
    RetinaOptions retina;
    OverlayStyle style;
    RangeMode rangeMode = RangeMode::Auto;
    std::vector<Pin> pins;
    int activePin = 0;
    ViewId view = kOverlayView;
    bool difference = false;
    bool operator==(const SessionState&) const = default;
};

}  // namespace fovea
