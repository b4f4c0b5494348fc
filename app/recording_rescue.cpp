#include "app/recording_rescue.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "app/recording_names.h"
#include "engine/export/unfinished_video.h"
#include "engine/io/atomic_file.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Keeps other programs from what was left, as its writer did.
class Hold final {
public:
    explicit Hold(const UnfinishedRecording& recording)
        : m_fd(::open(recording.video.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {
        struct stat info = {};
        if (m_fd < 0 || ::fstat(m_fd, &info) != 0 || !S_ISREG(info.st_mode)) {
            m_missing = m_fd < 0 && errno == ENOENT;
        } else if (::flock(m_fd, LOCK_EX | LOCK_NB) == 0) {
            m_held = true;
        } else if (errno != EWOULDBLOCK) {  // there are no locks here: the number of the process tells
            m_held = ::kill(static_cast<pid_t>(recording.process), 0) != 0 && errno == ESRCH;
        }
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }
    [[nodiscard]] bool missing() const { return m_missing; }
    [[nodiscard]] bool held() const { return m_held; }

private:
    int m_fd;
    bool m_missing = false;
    bool m_held = false;
};

Error notLost(const UnfinishedRecording& recording) {
    return makeError(ErrorCode::Busy, FOVEA_TEXT("engine", "“%1” was finished or deleted by another window of Fovea."),
                     {recording.path});
}

Result<void> removeAll(const UnfinishedRecording& recording) {
    for (const std::string& file : {recording.csv, recording.video, recording.note}) {  // the note goes last
        if (!file.empty() && ::unlink(file.c_str()) != 0 && errno != ENOENT) {
            return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” cannot be deleted (%2); delete it yourself."),
                             {file, std::generic_category().message(errno)});
        }
    }
    return {};
}

/// The table of so many frames: what was written of it, and rows with a number alone where the disk did not keep them.
Result<std::optional<AtomicFile>> stageTable(const UnfinishedRecording& recording, const std::string& path, std::int64_t frames) {
    std::error_code none;
    std::ifstream table;
    if (fs::is_regular_file(fs::symlink_status(recording.csv, none))) {
        table.open(recording.csv, std::ios::binary);
    }
    std::string line;
    if (!table.is_open() || !std::getline(table, line) || table.eof()) {
        return std::optional<AtomicFile>();
    }
    auto file = AtomicFile::create(path);
    if (!file) {
        return file.error();
    }
    const std::string empty(static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')), ',');
    for (std::int64_t row = -1; row < frames; ++row) {
        line += '\n';
        if (auto written = file->write(line.data(), line.size()); !written) {
            return written.error();
        }
        if (!std::getline(table, line) || table.eof()) {  // a row without its end is none
            line = std::to_string(row + 1) + empty;
        }
    }
    auto synced = file->sync();
    return synced ? Result<std::optional<AtomicFile>>(std::optional(*std::move(file))) : synced.error();
}

std::string description(const UnfinishedRecording& recording, const std::string& path, const WrittenVideo& video, bool table,
                        const Error& note) {
    Json json = Json::parse(recording.description, nullptr, false);
    if (!json.is_object()) {
        json = Json::object();
    }
    Json& described = json["recording"];
    if (!described.is_object()) {
        described = Json::object();
    }
    described["video"] = fs::path(path).filename().string();
    described["frames"] = video.frames;
    described["dropped"] = nullptr;  // nobody knows any more
    described["seconds"] = video.duration;
    described["recovered"] = true;
    described["note"] = note.message();
    described.erase("csv");
    if (table) {
        described["csv"] = fs::path(besideVideo(path, ".csv")).filename().string();
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::vector<LostRecording> lostRecordings(const std::string& folder) {
    std::vector<LostRecording> lost;
    for (UnfinishedRecording& recording : readNotes(folder)) {
        const Hold hold(recording);
        std::error_code none;
        const bool nothing =
            hold.missing() && fs::exists(fs::path(recording.path).parent_path(), none);  // or a disk is not there
        if (nothing || (hold.held() && recording.description.empty())) {
            static_cast<void>(removeAll(recording));  // else it is tried again the next time
        } else if (hold.held()) {
            const bool playable = holdsFrames(recording.video);
            lost.push_back({std::move(recording), playable});
        }
    }
    return lost;
}

Result<RecordingOutcome> finishRecording(const UnfinishedRecording& recording, const std::stop_token& stop) {
    const Hold hold(recording);
    if (!hold.held()) {
        return notLost(recording);
    }
    // A run which was killed while it did this has left neighbours of the same names.
    const std::string freeName = freePath(recording.path);
    const std::string tableName = besideVideo(freeName, ".csv");
    const auto keep = notedFiles(fs::path(recording.note).parent_path().string());
    for (const std::string& place : {recording.path, freeName, tableName}) {
        AtomicFile::removeStale(place, keep);
    }
    auto file = AtomicFile::create(freeName);
    if (!file) {
        return file.error();
    }
    RecordingOutcome outcome;
    auto video = copyFrames(recording.video, *file, stop);
    if (!video) {
        return video.error();
    }
    outcome.video = *std::move(video);
    auto table = stageTable(recording, tableName, outcome.video.frames);
    if (!table) {
        return table.error();
    }
    outcome.note = makeError(
        ErrorCode::Ended,
        FOVEA_TEXT("engine",
                   "The recording was recovered after the program had ended unexpectedly; its last seconds may be missing."));
    const auto path =
        nameRecording({.video = &*file,
                       .csv = *table ? &**table : nullptr,
                       .describe =
                           [&](const std::string& name) {
                               return description(recording, name, outcome.video, table->has_value(), *outcome.note);
                           }},
                      recording.path);
    if (!path) {
        return path.error();
    }
    outcome.video.path = *path;
    outcome.sidecarPath = besideVideo(*path, ".json");
    outcome.csvPath = *table ? besideVideo(*path, ".csv") : std::string();
    static_cast<void>(removeAll(recording));  // what stays is offered again
    return outcome;
}

Result<void> deleteRecording(const UnfinishedRecording& recording) {
    const Hold hold(recording);
    if (!hold.held()) {
        return notLost(recording);
    }
    return removeAll(recording);
}

}  // namespace fovea
