#pragma once

#include <string>

#include "app/session/session_state.h"
#include "engine/attention/registry.h"

namespace fovea::test {

/// A pane with the default parameters of a mechanism.
inline PaneState pane(const char* module, const std::string& bundleFolder = {}, int place = 0) {
    return {.bundleFolder = bundleFolder, .module = module, .place = place, .params = ParamSet(findModule(module)->params)};
}

}  // namespace fovea::test
