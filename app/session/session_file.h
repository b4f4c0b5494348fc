#pragma once

#include <QByteArray>
#include <QPointF>
#include <QString>

#include <string>
#include <vector>

#include "app/session/bundled_model.h"
#include "app/session/session_state.h"
#include "engine/source/frame_source.h"

namespace fovea {

/// The newest kind of session file, which is the one that is written.
inline constexpr int kSessionVersion = 2;

/// Where the view of the picture stands.
struct ViewPlace {
    bool fitted = true;
    double zoom = 1.0;  ///< device pixels per picture pixel
    QPointF centre;     ///< picture position in the middle of the view
};

/// A session as a file: what is chosen, the picture by reference and hash, and where the view stands.
struct SessionFile {
    SessionState state;
    SourceSpec source;   ///< nothing is opened from it unasked but a file on this computer; empty location: none
    std::string sha256;  ///< of the picture's file when it was saved; empty where the source has none
    std::uint64_t frame = 0;
    ViewPlace place;
    double split = 0.5;
};

/// One part of a session which could not be restored.
struct SessionLoss {
    enum class Kind {
        Note,     ///< nothing can be done about it
        Picture,  ///< the file or folder of SessionFile::source, or none
        Live,     ///< a camera or an address: opened only when a person says so
        Model,    ///< a model's folder
        Weights,  ///< a file of weights
    };
    Kind kind = Kind::Note;
    Error text;                         ///< the sentence about it
    std::string path = {};              ///< the path in the session
    std::vector<PaneState> panes = {};  ///< the panes which need the missing file, as the session describes them
};

/// A session as read, with a list of what is missing. A pane whose model or weights are missing gets others. A pane with an
/// unknown mechanism is left out. If no pane is left, one without a mechanism is added.
struct OpenedSession {
    SessionFile file;
    std::vector<SessionLoss> losses;
};

/// The file as JSON, with every number in full. A model which comes with the program is written by name and hash; other files
/// by their whole path and, where `folder` says in which folder the session will lie, by the path from there; an address without
/// its password and other secrets. Any thread but the window's.
[[nodiscard]] QByteArray sessionJson(const SessionFile& session, const QString& folder = {},
                                     const BundledModel& own = bundledModel());

/// Reads a session which lies in `folder` and looks for its files: first from there, then where they were. What is not allowed,
/// not known or not there is listed in the losses, and everything else is restored. An error of one sentence which names `name`
/// when it is no session, or of a newer kind. Any thread but the window's.
[[nodiscard]] Result<OpenedSession> parseSession(const QByteArray& json, const std::string& name, const QString& folder = {},
                                                 const BundledModel& own = bundledModel());

/// Reads the session file at `path`, as parseSession() does.
[[nodiscard]] Result<OpenedSession> readSession(const QString& path);

}  // namespace fovea
