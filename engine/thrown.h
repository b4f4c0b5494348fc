#pragma once

#include <exception>
#include <string>
#include <utility>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// Whether this was thrown because there is no memory: by the standard library or by OpenCV.
FOVEA_API bool outOfMemory(const std::exception& failure) noexcept;

/// The reason of an exception in a few words for a sentence, such as "not enough memory"; without places in the source.
FOVEA_API std::string reasonOf(const std::exception& failure);

/// The one sentence about a job on `what` which an exception ended.
FOVEA_API Error thrownError(const std::string& what, const std::exception& failure);

/// Runs one job on `what`, which gives a Result; what it throws becomes its Error. For the outermost call of a thread, an export
/// or a command: nothing may be thrown beyond.
template <class Work>
auto withoutThrowing(const std::string& what, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (const std::exception& failure) {
        return thrownError(what, failure);
    }
}

}  // namespace fovea
