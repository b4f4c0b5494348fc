#include "engine/io/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>

namespace fovea {
namespace {

Error openError(const std::string& path, int code) {
    if (code == ENOENT || code == ENOTDIR) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no file “%1”; check its path."), {path});
    }
    if (code == EACCES || code == EPERM) {
        return makeError(
            ErrorCode::Unreadable,
            FOVEA_TEXT("engine", "You have no permission to read “%1”; change its permissions or choose another file."), {path});
    }
    return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "“%1” cannot be read (%2); choose another file."),
                     {path, std::generic_category().message(code)});
}

Result<void> checkKind(const std::string& path, const struct stat& info, std::int64_t maxBytes) {
    if (S_ISDIR(info.st_mode)) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” is a folder; choose a file in it."), {path});
    }
    if (!S_ISREG(info.st_mode)) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1” is a device or a pipe, not a file; save its data to a file first."), {path});
    }
    if (info.st_size > maxBytes) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "“%1” has %2 bytes, more than the %3 allowed; choose a smaller file."),
                         {path, std::to_string(info.st_size), std::to_string(maxBytes)});
    }
    return {};
}

/// Closes what it was given; reading needs no check of close().
class Descriptor final {
public:
    explicit Descriptor(int fd) noexcept : m_fd(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }
    [[nodiscard]] int get() const noexcept { return m_fd; }

private:
    int m_fd;
};

/// Reads `count` bytes, or as many as there are.
Result<std::vector<std::uint8_t>> readBytes(const std::string& path, int fd, std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(fd, bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return openError(path, errno);
        }
        if (got == 0) {
            break;  // the file was shortened meanwhile; its format's own checks judge what is left
        }
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

constexpr std::string_view kLfsStart = "version https://git-lfs.";

/// Whether these are the bytes of a pointer file. A clone with Git LFS leaves one in the place of a large file it did not fetch.
bool isLfsPointer(const std::vector<std::uint8_t>& bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(kLfsStart);
}

/// Opens a regular file of at most `maxBytes` and reads `maxCount` bytes from its start, or all of it.
Result<std::vector<std::uint8_t>> readStart(const std::string& path, std::int64_t maxBytes, std::int64_t maxCount) {
    // Looked at before it is opened: opening a pipe waits for its writer, and opening some devices acts on them.
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) {
        return openError(path, errno);
    }
    if (auto checked = checkKind(path, info, maxBytes); !checked) {
        return checked.error();
    }
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
        return openError(path, errno);
    }
    if (auto checked = checkKind(path, info, maxBytes); !checked) {
        return checked.error();
    }
    auto bytes = readBytes(path, file.get(), static_cast<std::size_t>(std::min<std::int64_t>(info.st_size, maxCount)));
    if (bytes && isLfsPointer(*bytes)) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "“%1” only points to a file which Git LFS keeps elsewhere; fetch it by “git lfs pull”."),
            {path});
    }
    return bytes;
}

}  // namespace

Result<std::vector<std::uint8_t>> readFile(const std::string& path, std::int64_t maxBytes) {
    return readStart(path, maxBytes, maxBytes);
}

Result<std::vector<std::uint8_t>> readFileStart(const std::string& path, std::int64_t count) {
    return readStart(path, std::numeric_limits<std::int64_t>::max(), count);
}

Result<void> refuseLfsPointer(const std::string& path) {
    const auto start = readFileStart(path, static_cast<std::int64_t>(kLfsStart.size()));
    return start ? Result<void>() : Result<void>(start.error());
}

}  // namespace fovea
