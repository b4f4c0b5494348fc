#pragma once

#include <QString>

#include "app/recorder.h"

namespace fovea {

/// Whether `fovea render` writes a video under this name.
bool isVideoName(const QString& path);

/// The part of `fovea render` which writes a video: `job` but for its source, which `input` names. Ctrl+C ends it with nothing
/// left. Returns an exit status.
int renderVideo(const QString& input, FileRecordingJob job);

}  // namespace fovea
