#pragma once

#include <string>

#include "engine/result.h"

namespace fovea {

/// A file which is written beside its place and takes it only on commit(). Without that, nothing of it is left.
class AtomicFile final {
public:
    /// Writes `bytes` to a neighbour of `path`, down to the disk.
    static Result<AtomicFile> stage(const std::string& path, const std::string& bytes);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) = delete;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    /// Renames the neighbour; the old file, if there was one, is replaced at once and whole.
    Result<void> commit();

private:
    AtomicFile(std::string path, std::string target, std::string temporary);

    std::string m_path;       // as the caller named it, for messages
    std::string m_target;     // the same with links followed
    std::string m_temporary;  // empty once there is nothing to remove
};

}  // namespace fovea
