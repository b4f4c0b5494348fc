#include "engine/export/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/api.h"
#include "engine/export/export.h"

namespace fovea {
namespace {

Error writeError(const std::string& path, int code) {
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "There is no room for “%1”; free some space or choose another folder."), {path});
    }
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” cannot be written (%2); choose another folder."),
                     {path, std::generic_category().message(code)});
}

/// The folder part with its slash; empty for a bare name.
std::string folderOf(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

struct Target {
    std::string path;  // with links followed: renaming onto a link would replace the link
    std::optional<mode_t> permissions;
};

/// What is at the path now. A device or a pipe must not be renamed over: root would lose /dev/null that way.
Result<Target> lookAt(const std::string& path) {
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) {
            return Target{path, std::nullopt};
        }
        return writeError(path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "“%1” is not a file which can be replaced; choose another name."), {path});
    }
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return Target{real ? std::string(real.get()) : path, info.st_mode & 0777U};
}

/// Opens a new file beside the target under a name nobody uses.
int createBeside(const std::string& target, std::string& temporary) {
    static std::atomic<unsigned> s_counter = 0;
    for (;;) {
        temporary = folderOf(target) + ".fovea-" + std::to_string(::getpid()) + "-" + std::to_string(s_counter++) + ".tmp";
        const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
}

/// 0, or the errno of what failed.
int writeAll(int fd, const std::string& bytes) {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        written += static_cast<std::size_t>(count < 0 ? 0 : count);
    }
    // EINVAL: this file system keeps nothing back. A full disk may show only here or in close().
    return ::fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string target, std::string temporary)
    : m_path(std::move(path)), m_target(std::move(target)), m_temporary(std::move(temporary)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_target(std::move(other.m_target)),
      m_temporary(std::exchange(other.m_temporary, std::string())) {}

AtomicFile::~AtomicFile() {
    if (!m_temporary.empty()) {
        ::unlink(m_temporary.c_str());
    }
}

Result<AtomicFile> AtomicFile::stage(const std::string& path, const std::string& bytes) {
    auto target = lookAt(path);
    if (!target) {
        return target.error();
    }
    std::string temporary;
    const int fd = createBeside(target->path, temporary);
    if (fd < 0) {
        return writeError(path, errno);
    }
    AtomicFile file(path, target->path, std::move(temporary));
    int failure = writeAll(fd, bytes);
    if (failure == 0 && target->permissions && ::fchmod(fd, *target->permissions) != 0) {
        failure = errno;
    }
    if (::close(fd) != 0 && failure == 0) {
        failure = errno;
    }
    if (failure != 0) {
        return writeError(path, failure);
    }
    return file;
}

Result<void> AtomicFile::commit() {
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) {
        return writeError(m_path, errno);
    }
    m_temporary.clear();
    return {};
}

Result<void> writeFileAtomically(const std::string& path, const std::string& bytes) {
    auto file = AtomicFile::stage(path, bytes);
    return file ? file->commit() : Result<void>(file.error());
}

}  // namespace fovea
