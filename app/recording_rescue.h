#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/recording_files.h"
#include "app/recording_note.h"

namespace fovea {

/// What a program which was killed while it recorded has left.
struct LostRecording {
    UnfinishedRecording recording;
    bool playable = false;  ///< frames can be read, so that it can be finished
};

/// The recordings of all notes in a folder whose programs are gone, newest first. Notes of which nothing is left are removed, and
/// recordings which had no frame yet. Any thread but the GUI's: reads the disk.
std::vector<LostRecording> lostRecordings(const std::string& folder);

/// Gives such a recording its name, or one like it which nobody has, with its table, and a description which says that it was
/// recovered; then what was left goes. After an error, or when it is stopped, everything stays as it was. Likewise any thread.
Result<RecordingOutcome> finishRecording(const UnfinishedRecording& recording, const std::stop_token& stop = {});

/// Removes what was left. Likewise any thread.
Result<void> deleteRecording(const UnfinishedRecording& recording);

}  // namespace fovea
