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

/// Copies the frames into a file under the recording's name, or “<name> (2)” when that is taken. Writes the table, and a
/// description which says that the recording was recovered. Then removes the unfinished files and the note. After an error or a
/// stop nothing has changed. Any thread but the GUI's.
Result<RecordingOutcome> finishRecording(const UnfinishedRecording& recording, const std::stop_token& stop = {});

/// Removes the unfinished files and the note. Any thread but the GUI's.
Result<void> deleteRecording(const UnfinishedRecording& recording);

}  // namespace fovea
