#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// A recording whose program has not finished it, as its note tells.
struct UnfinishedRecording {
    std::string note;         ///< the note's own path
    std::string path;         ///< where the video was to go
    std::string video;        ///< the unfinished video, a neighbour of `path`
    std::string table;        ///< where the table was to go; empty: nowhere
    std::string csv;          ///< the unfinished table, a neighbour of `table`; empty: none
    std::string description;  ///< JSON as of its first frame; empty before that
    std::int64_t process = 0;
};

/// Tells later runs of the program of a recording which is under way: a small JSON file in the recovery folder. Destroy the note
/// after the recording's files. Where the folder cannot be written there is no note. One thread at a time.
class RecordingNote final {
public:
    /// Writes the note; `recording` without its note and process.
    RecordingNote(const std::string& folder, UnfinishedRecording recording);
    RecordingNote(const RecordingNote&) = delete;
    RecordingNote& operator=(const RecordingNote&) = delete;
    /// Removes the note, unless the video still has the name of a neighbour.
    ~RecordingNote();

    /// Adds the description.
    void describe(std::string json);

private:
    void write() const;

    UnfinishedRecording m_recording;
};

/// What one note says; nothing when it is none, or names files which no recording of `path` would have written.
std::optional<UnfinishedRecording> readNote(const std::string& path);

/// All notes of a folder, newest first, also of recordings which are under way.
std::vector<UnfinishedRecording> readNotes(const std::string& folder);

/// The files which all notes of a folder name; none where the folder has no name.
std::vector<std::string> notedFiles(const std::string& folder);

}  // namespace fovea
