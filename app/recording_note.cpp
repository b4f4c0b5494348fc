#include "app/recording_note.h"

#include <QUuid>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/io/atomic_file.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSuffix = ".recording";
constexpr int kVersion = 1;
constexpr std::uintmax_t kLargestNote = 4'000'000;

bool isThere(const std::string& path) {
    std::error_code none;
    return fs::exists(fs::symlink_status(path, none));
}

std::string textOf(const Json& json, const char* key) { return json.value(key, std::string()); }

}  // namespace

RecordingNote::RecordingNote(const std::string& folder, UnfinishedRecording recording) : m_recording(std::move(recording)) {
    std::error_code none;
    fs::create_directories(folder, none);
    const std::string name = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString() + kSuffix;
    m_recording.note = (fs::path(folder) / name).string();
    m_recording.process = ::getpid();
    write();
}

RecordingNote::~RecordingNote() {
    if (!isThere(m_recording.video)) {
        ::unlink(m_recording.note.c_str());
    }
}

void RecordingNote::describe(std::string json) {
    m_recording.description = std::move(json);
    write();
}

void RecordingNote::write() const {
    const Json json = {{"foveaRecording", kVersion},
                       {"path", m_recording.path},
                       {"video", m_recording.video},
                       {"table", m_recording.table},
                       {"csv", m_recording.csv},
                       {"process", m_recording.process},
                       {"description", m_recording.description}};
    // Without it the recording is only not offered after a crash, which the window has said at its start.
    static_cast<void>(writeFileAtomically(m_recording.note, json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'));
}

std::optional<UnfinishedRecording> readNote(const std::string& path) {
    std::error_code failure;
    if (!fs::is_regular_file(path, failure) || fs::file_size(path, failure) > kLargestNote) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    try {
        const Json json = Json::parse(bytes);
        UnfinishedRecording recording{.note = path,
                                      .path = textOf(json, "path"),
                                      .video = textOf(json, "video"),
                                      .table = textOf(json, "table"),
                                      .csv = textOf(json, "csv"),
                                      .description = textOf(json, "description"),
                                      .process = json.value("process", std::int64_t{0})};
        const bool ours = json.value("foveaRecording", 0) == kVersion &&
                          AtomicFile::isNeighbour(recording.video, recording.path) &&
                          (recording.csv.empty() || AtomicFile::isNeighbour(recording.csv, recording.table));
        return ours ? std::optional(std::move(recording)) : std::nullopt;
    } catch (const Json::exception&) {  // edited by hand
        return std::nullopt;
    }
}

std::vector<UnfinishedRecording> readNotes(const std::string& folder) {
    std::vector<std::pair<fs::file_time_type, UnfinishedRecording>> found;
    std::error_code failure;
    fs::directory_iterator entry(folder, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        std::error_code none;
        if (entry->path().extension() == kSuffix) {
            if (auto note = readNote(entry->path().string())) {
                found.emplace_back(fs::last_write_time(entry->path(), none), *std::move(note));
            }
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<UnfinishedRecording> notes;
    std::transform(found.begin(), found.end(), std::back_inserter(notes), [](auto& note) { return std::move(note.second); });
    return notes;
}

std::vector<std::string> notedFiles(const std::string& folder) {
    std::vector<std::string> files;
    for (const UnfinishedRecording& recording : folder.empty() ? std::vector<UnfinishedRecording>() : readNotes(folder)) {
        files.push_back(recording.video);
        files.push_back(recording.csv);
    }
    return files;
}

}  // namespace fovea
