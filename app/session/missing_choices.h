#pragma once

#include <string>
#include <vector>

#include "app/session/choices.h"

namespace fovea {

/// Resets what the finished result of a pane does not have: map, head, channel, class, factors, pinned channels and heads.
/// Returns one sentence for each; the names in the sentences begin with `path`. Nothing happens while the result is not there.
[[nodiscard]] std::vector<Error> dropMissingChoices(Choice& choice, const FrameResult& result, const std::string& path);

}  // namespace fovea
