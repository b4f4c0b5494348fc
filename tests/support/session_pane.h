#pragma once

#include <string>

#include "app/session_state.h"
#include "engine/attention/registry.h"

namespace fovea::test {

/// A pane with the default parameters of a mechanism.
inline PaneState pane(const char* module, const std::string& bundleFolder = {}, const char* slot = "") {
    PaneState p{.bundleFolder = bundleFolder, .module = module, .slot = slot, .params = ParamSet(findModule(module)->params)};
    p.field = {.module = module, .slot = slot};
    return p;
}

}  // namespace fovea::test
