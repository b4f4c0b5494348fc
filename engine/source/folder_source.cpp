#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/io/natural_order.h"
#include "engine/io/read_file.h"
#include "engine/source/image_header.h"
#include "engine/source/image_source.h"
#include "engine/source/source_parts.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr double kFolderRate = 25.0;
/// Enough of a file to tell whether it is a picture.
constexpr std::int64_t kPictureHead = 32;

/// The pictures of a folder in the order of their names, as frames of a film.
class FolderSource final : public FrameSource {
public:
    FolderSource(SourceTraits traits, SourceInfo info, std::vector<std::string> names)
        : m_traits(std::move(traits)), m_info(std::make_shared<const SourceInfo>(std::move(info))), m_names(std::move(names)) {}

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }
    [[nodiscard]] double timeOf(std::int64_t index) const override {
        return static_cast<double>(std::clamp<std::int64_t>(index, 0, m_traits.frames - 1)) / kFolderRate;
    }

    Result<void> seek(std::int64_t index, const std::stop_token& /*stop*/) override {
        m_next = std::clamp<std::int64_t>(index, 0, m_traits.frames - 1);
        return {};
    }

    Result<void> skip(const std::stop_token& stop) override {
        if (stop.stop_requested()) {
            return stoppedError(m_traits.name);
        }
        if (m_next >= m_traits.frames) {
            return endedError(m_traits.name);
        }
        ++m_next;
        return {};
    }

    Result<Frame> next(const std::stop_token& stop) override {
        const std::int64_t index = m_next;
        if (auto skipped = skip(stop); !skipped) {
            return skipped.error();
        }
        const std::string& name = m_names[static_cast<std::size_t>(index)];
        const auto bytes = readFile((fs::path(m_info->path) / name).string(), kMaxImageBytes);
        if (!bytes) {
            return bytes.error();
        }
        auto frame = decodeImage(*bytes, m_traits.name + "/" + name);
        if (!frame) {
            return frame;
        }
        frame->index = static_cast<std::uint64_t>(index);
        frame->timestamp = timeOf(index);
        frame->captured = std::chrono::steady_clock::now();
        frame->source = m_info;
        return frame;
    }

    /// Learns the size of the frames from the first one which can be read.
    Result<void> findSize(const std::stop_token& stop) {
        Error first;
        for (std::int64_t index = 0; index < m_traits.frames; ++index) {
            const auto frame = next(stop);
            if (frame) {
                m_traits.width = frame->width;
                m_traits.height = frame->height;
                m_next = 0;
                return {};
            }
            if (frame.error().code == ErrorCode::Cancelled) {
                return frame.error();
            }
            if (index == 0) {
                first = frame.error();
            }
        }
        return first;
    }

private:
    SourceTraits m_traits;
    std::shared_ptr<const SourceInfo> m_info;
    std::vector<std::string> m_names;
    std::int64_t m_next = 0;
};

bool hasPictureName(const fs::path& path) {
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    constexpr std::array kEndings = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"};
    return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

/// The first bytes decide. A file which is a picture by its name alone is damaged, and keeps its place among the others, so that
/// it is missed instead of passed over.
bool isPicture(const fs::directory_entry& entry) {
    std::error_code failed;
    if (!entry.is_regular_file(failed) || entry.path().filename().string().starts_with('.')) {
        return false;
    }
    const auto head = readFileStart(entry.path().string(), kPictureHead);
    return (head && isImageHead(*head)) || hasPictureName(entry.path());
}

Result<std::vector<std::string>> picturesIn(const std::string& path, const std::stop_token& stop) {
    std::error_code failed;
    std::vector<std::string> names;
    for (fs::directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed)) {
        if (stop.stop_requested()) {
            return stoppedError(fileName(path));
        }
        if (isPicture(*it)) {
            names.push_back(it->path().filename().string());
        }
    }
    if (failed == std::errc::permission_denied) {
        return makeError(ErrorCode::Unreadable,
                         FOVEA_TEXT("engine", "You have no permission to list the folder “%1”; change its permissions."), {path});
    }
    if (failed) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no folder “%1”; check its path."), {path});
    }
    if (names.empty()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no picture in the folder “%1”; choose one with PNG or JPEG files."),
                         {path});
    }
    std::sort(names.begin(), names.end(), naturallyBefore);
    return names;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> openFolder(const SourceSpec& spec, const std::stop_token& stop) {
    auto names = picturesIn(spec.location, stop);
    if (!names) {
        return names.error();
    }
    SourceInfo info;
    info.path = absolutePath(spec.location);
    info.name = fileName(spec.location);
    info.description = std::to_string(names->size()) + (names->size() == 1 ? " picture" : " pictures");
    SourceTraits traits;
    traits.kind = SourceKind::Folder;
    traits.name = info.name;
    traits.seekable = true;
    traits.rate = kFolderRate;
    traits.frames = static_cast<std::int64_t>(names->size());
    traits.duration = static_cast<double>(traits.frames) / kFolderRate;
    auto source = std::make_unique<FolderSource>(std::move(traits), std::move(info), std::move(*names));
    if (auto found = source->findSize(stop); !found) {
        return found.error();
    }
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace fovea
