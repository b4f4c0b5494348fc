#include "app/recording_names.h"

#include <filesystem>
#include <vector>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr int kMostNames = 10000;

std::string numbered(const std::string& path, int number) {
    if (number == 1) {
        return path;
    }
    fs::path out(path);
    out.replace_filename(fs::path(path).stem().string() + " (" + std::to_string(number) + ")" +
                         fs::path(path).extension().string());
    return out.string();
}

bool isFree(const std::string& path) {
    std::error_code none;
    return !fs::exists(fs::symlink_status(path, none)) && !fs::exists(fs::symlink_status(besideVideo(path, ".csv"), none)) &&
           !fs::exists(fs::symlink_status(besideVideo(path, ".json"), none));
}

}  // namespace

std::string besideVideo(const std::string& path, const char* extension) {
    return fs::path(path).replace_extension(extension).string();
}

std::string freePath(const std::string& path) {
    int number = 1;
    while (number < kMostNames && !isFree(numbered(path, number))) {
        ++number;
    }
    return numbered(path, number);
}

Result<std::string> nameRecording(const RecordingParts& parts, const std::string& path) {
    for (int number = 1; number <= kMostNames; ++number) {
        const std::string name = numbered(path, number);
        if (!isFree(name)) {
            continue;
        }
        // The description says how its video is called.
        auto description = AtomicFile::stage(besideVideo(name, ".json"), parts.describe(name));
        if (!description) {
            return description.error();
        }
        std::vector<AtomicFile*> files{&*description};
        std::vector<std::string> names{besideVideo(name, ".json")};
        if (parts.csv != nullptr) {
            files.push_back(parts.csv);
            names.push_back(besideVideo(name, ".csv"));
        }
        // The video comes last: once it has its name, another Fovea which starts now removes what else the note tells of.
        files.push_back(parts.video);
        names.push_back(name);
        const auto taken = AtomicFile::commitNew(files, names);
        if (!taken || *taken) {
            return taken ? Result<std::string>(name) : Result<std::string>(taken.error());
        }
    }
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "All names like “%1” are taken; choose another folder."),
                     {path});
}

}  // namespace fovea
