#include "engine/export/output_places.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/export/frame_csv.h"
#include "engine/io/atomic_file.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestDescription = std::uintmax_t{16} << 20;
constexpr int kMostNames = 999;

std::string resolved(const std::string& path) {
    std::error_code failure;
    const fs::path absolute = fs::weakly_canonical(fs::absolute(path, failure), failure);
    return failure ? path : absolute.string();
}

bool isSameFile(const std::string& a, const std::string& b) {
    std::error_code failure;
    return fs::equivalent(a, b, failure) && !failure;
}

bool exists(const std::string& path) {
    std::error_code failure;
    return fs::exists(fs::symlink_status(path, failure));
}

bool isDescription(const std::string& path) {
    std::error_code failure;
    if (fs::file_size(path, failure) > kLargestDescription || failure) {  // which a FIFO has not
        return false;
    }
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    const auto program = json.is_object() ? json.find("program") : json.end();
    return program != json.end() && program->is_object() && program->value("name", nlohmann::json()) == "fovea";
}

bool isFrameTable(const std::string& path) {
    std::error_code failure;
    if (!fs::is_regular_file(path, failure)) {
        return false;
    }
    std::ifstream file(path);
    std::string line(frameCsvHeader().size(), '\0');
    return file.read(line.data(), static_cast<std::streamsize>(line.size())) && line == frameCsvHeader();
}

bool isOwn(const std::string& path, Companion kind) {
    return kind == Companion::Description ? isDescription(path) : isFrameTable(path);
}

/// "photo" and 0 → "photo.fovea"; 1 → "photo.fovea-2".
std::string otherStem(const std::string& stem, int attempt) {
    return stem + ".fovea" + (attempt == 0 ? std::string() : '-' + std::to_string(attempt + 1));
}

std::string fileName(const std::string& path) { return fs::path(path).filename().string(); }

Error noName(const std::string& path) {
    return makeError(ErrorCode::Unwritable,
                     FOVEA_TEXT("engine", "Every name like “%1” is taken by other files; choose another folder."), {path});
}

}  // namespace

OutputPlaces::OutputPlaces(std::vector<std::string> inputs) : m_inputs(std::move(inputs)) {}

bool OutputPlaces::isInput(const std::string& path) const {
    return std::any_of(m_inputs.begin(), m_inputs.end(), [&](const std::string& input) { return isSameFile(input, path); });
}

bool OutputPlaces::isTaken(const std::string& path) const {
    return std::find(m_taken.begin(), m_taken.end(), resolved(path)) != m_taken.end();
}

Result<void> OutputPlaces::take(const std::string& path) {
    if (auto replaceable = AtomicFile::check(path); !replaceable) {
        return replaceable;
    }
    if (isInput(path)) {
        return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” is the input; choose another name for the output."),
                         {path});
    }
    if (isTaken(path)) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "“%1” would be written twice; choose another name for one of the two."), {path});
    }
    m_taken.push_back(resolved(path));
    return {};
}

/// Whether a companion may stand there; an error where no file may.
Result<bool> OutputPlaces::fits(const std::string& path, bool ownFile) const {
    if (auto replaceable = AtomicFile::check(path); !replaceable) {
        return replaceable.error();
    }
    return !isInput(path) && !isTaken(path) && (ownFile || !exists(path));
}

Result<std::string> OutputPlaces::takeBeside(const std::string& path, Companion kind) {
    const fs::path wanted(path);
    std::string candidate = path;
    for (int attempt = 0; attempt <= kMostNames; ++attempt) {
        const auto fitting = fits(candidate, isOwn(candidate, kind));
        if (!fitting) {
            return fitting.error();
        }
        if (*fitting) {
            if (attempt > 0) {
                m_notes.push_back(makeError(ErrorCode::Unwritable,
                                            FOVEA_TEXT("engine", "“%1” is another file, so “%2” was written instead."),
                                            {path, fileName(candidate)}));
            }
            m_taken.push_back(resolved(candidate));
            return candidate;
        }
        candidate = (wanted.parent_path() / (otherStem(wanted.stem().string(), attempt) + wanted.extension().string())).string();
    }
    return noName(path);
}

Result<bool> OutputPlaces::setFits(const std::string& prefix, const std::vector<std::string>& endings) const {
    const bool own = isDescription(prefix + ".json");
    for (const auto& ending : endings) {
        const auto fitting = fits(prefix + ending, own);
        if (!fitting || !*fitting) {
            return fitting;
        }
    }
    return true;
}

Result<std::string> OutputPlaces::takeSet(const std::string& prefix, const std::vector<std::string>& endings) {
    std::string candidate = prefix;
    for (int attempt = 0; attempt <= kMostNames; ++attempt) {
        const auto fitting = setFits(candidate, endings);
        if (!fitting) {
            return fitting.error();
        }
        if (*fitting) {
            if (attempt > 0) {
                m_notes.push_back(makeError(ErrorCode::Unwritable,
                                            FOVEA_TEXT("engine", "Files named “%1” are there already, so these are named “%2”."),
                                            {prefix, fileName(candidate)}));
            }
            for (const auto& ending : endings) {
                m_taken.push_back(resolved(candidate + ending));
            }
            return candidate;
        }
        candidate = otherStem(prefix, attempt);
    }
    return noName(prefix);
}

Result<void> writeNamedFile(OutputPlaces& places, const std::string& path, const std::string& bytes) {
    const auto taken = places.take(path);
    return taken ? writeFileAtomically(path, bytes) : taken;
}

}  // namespace fovea
