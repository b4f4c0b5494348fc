#pragma once

#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/io/atomic_file.h"
#include "engine/result.h"

namespace fovea {

/// Files which appear together: all are written beside their places before the first one gets its name. Used by one thread.
class FOVEA_API FileSet final {
public:
    /// Writes `bytes` to a neighbour of `path`, down to the disk.
    Result<void> add(const std::string& path, const std::string& bytes);
    /// Gives every file its name; returns the paths. A failure removes the files which have none yet.
    Result<std::vector<std::string>> commit();

private:
    std::vector<AtomicFile> m_files;
    std::vector<std::string> m_paths;
};

}  // namespace fovea
