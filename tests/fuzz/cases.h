#pragma once

#include <cstdint>
#include <string>

#include "tests/fuzz/seeds.h"
#include "tests/fuzz/trial.h"

namespace fovea::mutate {

/// What is mutated, and how.
enum class Kind { NetworkMessages, NetworkBytes, Weights, WeightsHeader, Manifest, BundlePart };
inline constexpr int kKinds = 6;
const char* kindName(Kind kind) noexcept;

/// One mutated file of a case, which seed and number make again.
struct Case {
    Kind kind = Kind::NetworkMessages;
    std::string what;  ///< seed file and mutation, for messages
    std::string file;  ///< the name of the mutated file inside its folder
    std::string bytes;
};

Case makeCase(const Seeds& seeds, std::uint64_t seed, std::uint64_t number);

/// The place a process works in: holds a bundle, and the mutated file of the running case.
class Workplace {
public:
    Workplace(std::string folder, const Seeds& seeds);

    /// Writes the case's file, uses it, and removes it again unless there is a fault.
    Verdict use(const Case& made, const Seeds& seeds, std::uint64_t seed, std::uint64_t number);
    /// Where a case's file lies while it runs, and after a fault.
    [[nodiscard]] std::string pathOf(const Case& made, std::uint64_t number) const;

private:
    Verdict useInBundle(const Case& made, const Seeds& seeds);

    std::string m_folder;
    std::string m_bundle;
};

/// Empty when the seeds which were made for this are accepted and run as they are; `folder` is that of a Workplace.
std::string seedFault(const std::string& folder);

}  // namespace fovea::mutate
