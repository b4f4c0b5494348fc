#include "engine/io/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName =
    180;  // of a target's name within its neighbour's: with the rest below the 255 bytes of Linux

Error writeError(const std::string& path, int code) {
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "There is no room for “%1”; free some space or choose another folder."), {path});
    }
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” cannot be written (%2); choose another folder."),
                     {path, std::generic_category().message(code)});
}

struct Target {
    std::string path;  // with links followed: renaming onto a link would replace the link
    std::optional<unsigned> permissions;
};

/// What is at the path now. A device or a pipe must not be renamed over: root would lose /dev/null that way.
Result<Target> lookAt(const std::string& path) {
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) {
        // A name too long for a file would yield a neighbour whose own name is short enough.
        const bool longName = fs::path(path).filename().native().size() > 255;
        if (errno == ENOENT && !path.empty() && !longName) {
            if (::lstat(path.c_str(), &info) == 0) {
                return makeError(ErrorCode::Unwritable,
                                 FOVEA_TEXT("engine", "“%1” is a link which leads nowhere; choose another name."), {path});
            }
            return Target{path, std::nullopt};
        }
        return writeError(path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "“%1” is not a file which can be replaced; choose another name."), {path});
    }
    // Renaming needs the folder's permission alone, and root has every permission: the file's own bits say what its owner wants.
    if ((info.st_mode & 0222U) == 0 || ::access(path.c_str(), W_OK) != 0) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "“%1” is write-protected; choose another name or allow writing."), {path});
    }
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return Target{real ? std::string(real.get()) : path, info.st_mode & 0777U};
}

/// What the names of all neighbours of a target begin and end with; the process and a number stand between.
struct NeighbourName {
    fs::path folder;
    std::string prefix;
    std::string suffix;

    explicit NeighbourName(const fs::path& target) : folder(target.parent_path()) {
        const std::string extension = target.extension().native().size() <= 16 ? target.extension().native() : std::string();
        prefix = "." + target.stem().native().substr(0, kLongestName) + ".";
        suffix = ".part" + extension;
    }
    [[nodiscard]] std::string path(unsigned number) const {
        return folder / (prefix + std::to_string(::getpid()) + "-" + std::to_string(number) + suffix);
    }
    /// The process which made a file of this name; 0 when it is not one of ours.
    [[nodiscard]] pid_t ownerOf(const std::string& name) const {
        if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) {
            return 0;
        }
        const char* end = name.data() + name.size() - suffix.size();
        pid_t pid = 0;
        unsigned number = 0;
        const auto first = std::from_chars(name.data() + prefix.size(), end, pid);
        if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') {
            return 0;
        }
        const auto second = std::from_chars(first.ptr + 1, end, number);
        return second.ec == std::errc() && second.ptr == end ? pid : 0;
    }
};

/// Opens a new file beside the target under a name nobody uses, and locks it: so another machine's process, whose number says
/// nothing here, is seen to be at work.
int createBeside(const std::string& target, std::string& temporary) {
    static std::atomic<unsigned> s_counter = 0;
    const NeighbourName name(target);
    for (;;) {
        temporary = name.path(s_counter++);
        const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) {
            return fd;
        }
        if (fd >= 0) {
            ::flock(fd, LOCK_EX | LOCK_NB);  // where there are no locks, the process number alone decides
            return fd;
        }
    }
}

/// Whether nobody writes this file any more.
bool isStale(const std::string& path, pid_t owner) {
    if (::kill(owner, 0) == 0 || errno != ESRCH) {
        return false;
    }
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return false;
    }
    struct stat info = {};
    const bool stale = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    ::close(fd);
    return stale;
}

/// Gives a file a name which nobody has; 0 or an error number, EEXIST when the name is taken. The old name stays where the file
/// system lets a file have two.
int takeName(const char* from, const char* to) {
    const auto unknown = [] { return errno == EPERM || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP; };
    if (::link(from, to) == 0) {
        return 0;
    }
    if (!unknown()) {
        return errno;
    }
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (!unknown()) {
        return errno;
    }
    // The oldest way: an empty file takes the name and is replaced at once.
    const int fd = ::open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    ::close(fd);
    if (::rename(from, to) == 0) {
        return 0;
    }
    const int code = errno;
    ::unlink(to);
    return code;
}

/// Takes back what takeName() did.
void giveNameBack(const char* from, const char* to) {
    struct stat info = {};
    if (::lstat(from, &info) == 0) {
        ::unlink(to);
    } else {
        ::rename(to, from);
    }
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string target, std::optional<unsigned> permissions)
    : m_path(std::move(path)), m_target(std::move(target)), m_permissions(permissions) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_target(std::move(other.m_target)),
      m_temporary(std::exchange(other.m_temporary, std::string())),
      m_permissions(other.m_permissions),
      m_failure(std::move(other.m_failure)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_position(other.m_position),
      m_size(other.m_size) {}

AtomicFile::~AtomicFile() {
    if (!m_temporary.empty()) {
        ::unlink(m_temporary.c_str());
    }
    close();
}

void AtomicFile::close() noexcept {
    if (m_fd >= 0) {
        ::close(std::exchange(m_fd, -1));
    }
}

Result<void> AtomicFile::fail(int code) {
    m_failure = writeError(m_path, code);
    return *m_failure;
}

Result<void> AtomicFile::check(const std::string& path) {
    const auto target = lookAt(path);
    return target ? Result<void>() : Result<void>(target.error());
}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
    auto target = lookAt(path);
    if (!target) {
        return target.error();
    }
    AtomicFile file(path, target->path, target->permissions);
    std::string temporary;
    file.m_fd = createBeside(target->path, temporary);
    if (file.m_fd < 0) {
        return writeError(path, errno);
    }
    file.m_temporary = std::move(temporary);
    return file;
}

Result<AtomicFile> AtomicFile::stage(const std::string& path, const std::string& bytes) {
    auto file = create(path);
    if (file) {
        if (auto written = file->write(bytes.data(), bytes.size()); !written) {
            return written.error();
        }
        if (auto synced = file->sync(); !synced) {
            return synced.error();
        }
    }
    return file;
}

bool AtomicFile::isNeighbour(const std::string& neighbour, const std::string& path) {
    const NeighbourName name(path);
    const fs::path candidate(neighbour);
    return candidate.parent_path() == name.folder && name.ownerOf(candidate.filename().native()) > 0;
}

void AtomicFile::removeStale(const std::string& path, const std::vector<std::string>& keep) {
    const auto target = lookAt(path);
    if (!target) {
        return;
    }
    const NeighbourName name(target->path);
    std::error_code failure;
    fs::directory_iterator entry(name.folder.empty() ? fs::path(".") : name.folder, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const pid_t owner = name.ownerOf(entry->path().filename().native());
        const bool kept = std::any_of(keep.begin(), keep.end(), [&entry](const std::string& file) {
            std::error_code missing;
            return fs::equivalent(file, entry->path(), missing);
        });
        if (owner > 0 && !kept && isStale(entry->path().native(), owner)) {
            ::unlink(entry->path().c_str());
        }
    }
}

Result<void> AtomicFile::write(const void* bytes, std::size_t count) {
    const auto* at = static_cast<const char*>(bytes);
    while (!m_failure && count > 0) {
        const ssize_t written = ::write(m_fd, at, count);
        if (written < 0 && errno != EINTR) {
            return fail(errno);
        }
        const auto done = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        at += done;
        count -= done;
        m_position += static_cast<std::int64_t>(done);
        m_size = std::max(m_size, m_position);
    }
    return m_failure ? Result<void>(*m_failure) : Result<void>();
}

Result<void> AtomicFile::seek(std::int64_t offset) {
    if (m_failure) {
        return *m_failure;
    }
    if (::lseek(m_fd, offset, SEEK_SET) < 0) {
        return fail(errno);
    }
    m_position = offset;
    return {};
}

Result<void> AtomicFile::sync() {
    if (m_failure) {
        return *m_failure;
    }
    // EINVAL: this file system keeps nothing back. A full disk may show only here or in close().
    if (::fsync(m_fd) != 0 && errno != EINVAL) {
        return fail(errno);
    }
    if (m_permissions && ::fchmod(m_fd, *m_permissions) != 0) {
        return fail(errno);
    }
    return {};
}

Result<void> AtomicFile::commit() {
    if (m_failure) {
        return *m_failure;
    }
    if (m_fd >= 0 && ::close(std::exchange(m_fd, -1)) != 0) {
        return fail(errno);
    }
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) {
        return writeError(m_path, errno);
    }
    m_temporary.clear();
    return {};
}

Result<bool> AtomicFile::commitNew(const std::vector<AtomicFile*>& files, const std::vector<std::string>& names) {
    for (const AtomicFile* file : files) {
        if (file->m_failure) {
            return *file->m_failure;
        }
    }
    for (std::size_t k = 0; k < files.size(); ++k) {
        const int code = takeName(files[k]->m_temporary.c_str(), names[k].c_str());
        if (code == 0) {
            continue;
        }
        for (std::size_t done = 0; done < k; ++done) {
            giveNameBack(files[done]->m_temporary.c_str(), names[done].c_str());
        }
        return code == EEXIST ? Result<bool>(false) : Result<bool>(writeError(names[k], code));
    }
    for (AtomicFile* file : files) {
        ::unlink(std::exchange(file->m_temporary, std::string()).c_str());  // its second name, if it has one still
        file->close();
    }
    return true;
}

std::string AtomicFile::keep() {
    close();
    return std::exchange(m_temporary, std::string());
}

Result<void> writeFileAtomically(const std::string& path, const std::string& bytes) {
    auto file = AtomicFile::stage(path, bytes);
    return file ? file->commit() : Result<void>(file.error());
}

}  // namespace fovea
