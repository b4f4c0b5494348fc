#pragma once

#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// A file which Fovea writes beside the one that a person named. An older one is known by its contents.
enum class Companion { Description, FrameTable };

/// Decides for every writer of one run which paths may take a file, so that no input, no special file and nobody else's file is
/// replaced. Used by one thread at a time.
class FOVEA_API OutputPlaces final {
public:
    /// `inputs` are the files which the run reads; paths which name nothing do no harm.
    explicit OutputPlaces(std::vector<std::string> inputs = {});
    /// One more file which the run reads.
    void addInput(const std::string& path) { m_inputs.push_back(path); }

    /// Takes a path which a person named. Refused: whatever AtomicFile::check() refuses, an input, a path taken before.
    Result<void> take(const std::string& path);
    /// Takes a path which follows from a named one. Where another program's file or an input lies, a new name beside it is taken
    /// ("photo.fovea.json" for "photo.json"), and notes() says so. Returns the path to write.
    Result<std::string> takeBeside(const std::string& path, Companion kind);
    /// Takes `prefix` + ending for files which belong together, one of them the description `prefix`.json. Where files of another
    /// origin lie, a new prefix is taken, and notes() says so. Returns the prefix.
    Result<std::string> takeSet(const std::string& prefix, const std::vector<std::string>& endings);

    /// One sentence for each file which got another name than expected.
    [[nodiscard]] const std::vector<Error>& notes() const noexcept { return m_notes; }

private:
    [[nodiscard]] bool isInput(const std::string& path) const;
    [[nodiscard]] bool isTaken(const std::string& path) const;
    Result<bool> fits(const std::string& path, bool ownFile) const;
    Result<bool> setFits(const std::string& prefix, const std::vector<std::string>& endings) const;

    std::vector<std::string> m_inputs;
    std::vector<std::string> m_taken;  // absolute, links followed
    std::vector<Error> m_notes;
};

/// Takes `path` and writes `bytes` to it: the whole life of a file that a person named.
FOVEA_API Result<void> writeNamedFile(OutputPlaces& places, const std::string& path, const std::string& bytes);

}  // namespace fovea
