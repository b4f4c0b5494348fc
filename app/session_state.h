#pragma once

#include <QByteArray>
#include <QPointF>

#include <string>
#include <vector>

#include "app/view_kind.h"
#include "engine/models/retina.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/render.h"
#include "engine/source/frame_source.h"
#include "widgets/canvas.h"
#include "widgets/colour_scale.h"

namespace fovea {

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
    std::string module;        ///< id
    std::string slot;
    bool trained = true;
    ParamSet params;
    std::string weightsFile;
    std::uint64_t seed = 1;
    FieldSpec field;
    Intervention intervention;
    std::vector<int> pinnedChannels;  ///< they come first wherever channels are listed
    std::vector<int> pinnedHeads;
    bool operator==(const PaneState&) const = default;
};

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
    ViewKind view = ViewKind::Overlay;
    bool difference = false;
    bool operator==(const SessionState&) const = default;
};

/// A session as a file: what is chosen, the picture by reference and hash, and where the view stands.
struct SessionFile {
    SessionState state;
    SourceSpec source;   ///< nothing is opened from it unasked but a file on this computer; empty location: none
    std::string sha256;  ///< of the picture's file when it was saved; empty where the source has none
    std::uint64_t frame = 0;
    CanvasPlace place;
    double split = 0.5;
};

/// The file as JSON, with every number in full.
[[nodiscard]] QByteArray sessionJson(const SessionFile& session);
/// Reads one; values out of range are clamped or left at their defaults, unknown mechanisms left out. An error of one sentence
/// which names `name` when it is no session, or of a newer kind.
[[nodiscard]] Result<SessionFile> parseSession(const QByteArray& json, const std::string& name);

}  // namespace fovea
