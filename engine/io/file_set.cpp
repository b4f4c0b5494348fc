#include "engine/io/file_set.h"

#include <utility>

namespace fovea {

Result<void> FileSet::add(const std::string& path, const std::string& bytes) {
    auto file = AtomicFile::stage(path, bytes);
    if (!file) {
        return file.error();
    }
    m_files.push_back(std::move(*file));
    m_paths.push_back(path);
    return {};
}

Result<std::vector<std::string>> FileSet::commit() {
    for (auto& file : m_files) {
        if (auto done = file.commit(); !done) {
            return done.error();
        }
    }
    m_files.clear();
    return m_paths;
}

}  // namespace fovea
