#pragma once

#include <functional>
#include <string>

#include "engine/io/atomic_file.h"
#include "engine/result.h"

namespace fovea {

/// “/a/b.csv” of “/a/b.mkv”: where the table and the description of a video lie.
std::string besideVideo(const std::string& path, const char* extension);

/// The files of one recording, which are written and wait for their names.
struct RecordingParts {
    AtomicFile* video = nullptr;
    AtomicFile* csv = nullptr;  ///< null: none
    /// The description of the recording under this path.
    std::function<std::string(const std::string& path)> describe;
};

/// Gives a recording names which nobody has: those of `path`, or of “<name> (2)”, “<name> (3)” …; writes the description too.
/// All files get their names together; returns the video's. Any thread.
Result<std::string> nameRecording(const RecordingParts& parts, const std::string& path);

/// The first of the same paths at which there is nothing now.
std::string freePath(const std::string& path);

}  // namespace fovea
