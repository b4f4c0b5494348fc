#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// A file which is written beside its place, as ".<name>.<pid>-<n>.part<extension>", and takes it only on commit(). Without that,
/// nothing of it is left. Used by one thread at a time.
class FOVEA_API AtomicFile final {
public:
    /// Whether a file may take this path: nothing is there, or a regular file which may be written. Links are followed.
    static Result<void> check(const std::string& path);
    /// Opens an empty neighbour of `path`; what check() refuses is refused.
    static Result<AtomicFile> create(const std::string& path);
    /// Writes `bytes` to a neighbour of `path`, down to the disk.
    static Result<AtomicFile> stage(const std::string& path, const std::string& bytes);
    /// Removes the neighbours of `path` whose processes have ended, except those in `keep`.
    static void removeStale(const std::string& path, const std::vector<std::string>& keep = {});
    /// Whether a file of this name may be a neighbour of `path`, of whichever process.
    static bool isNeighbour(const std::string& neighbour, const std::string& path);
    /// Gives files[k] the name names[k], in this order: all of them or none; false when a name is taken. Call sync() on each
    /// before. Each neighbour stays locked until its file has the name. After an error nothing has changed.
    static Result<bool> commitNew(const std::vector<AtomicFile*>& files, const std::vector<std::string>& names);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) = delete;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    /// Writes all of `bytes` at the current place. The first failure stays: nothing is written after it.
    Result<void> write(const void* bytes, std::size_t count);
    /// Moves to `offset` bytes from the beginning.
    Result<void> seek(std::int64_t offset);
    /// Down to the disk, with the permissions of the file that is replaced.
    Result<void> sync();
    /// Renames the neighbour; the old file, if there was one, is replaced at once and whole.
    Result<void> commit();
    /// Leaves the neighbour where it is for good; returns its path.
    std::string keep();

    [[nodiscard]] const std::string& temporary() const noexcept { return m_temporary; }
    /// What commit() replaces: the path with links followed.
    [[nodiscard]] const std::string& target() const noexcept { return m_target; }
    [[nodiscard]] std::int64_t position() const noexcept { return m_position; }
    [[nodiscard]] std::int64_t size() const noexcept { return m_size; }
    /// The first failure of write(), seek() or sync().
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return m_failure; }

private:
    AtomicFile(std::string path, std::string target, std::optional<unsigned> permissions);
    Result<void> fail(int code);
    void close() noexcept;

    std::string m_path;       // as the caller named it, for messages
    std::string m_target;     // the same with links followed
    std::string m_temporary;  // empty once there is nothing to remove
    std::optional<unsigned> m_permissions;
    std::optional<Error> m_failure;
    int m_fd = -1;
    std::int64_t m_position = 0;
    std::int64_t m_size = 0;
};

/// Writes bytes to a temporary neighbour and renames it; on any failure the old file stays and nothing half-written is left.
FOVEA_API Result<void> writeFileAtomically(const std::string& path, const std::string& bytes);

}  // namespace fovea
