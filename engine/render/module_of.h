#pragma once

#include <memory>
#include <string>

#include "engine/pipeline/result.h"

namespace fovea {

/// The finished result of a module, of one of its instances where results hold several; null when there is none.
template <class Frame>
std::shared_ptr<const ModuleResult> moduleOf(const Frame& result, const std::string& module, const std::string& slot) {
    if constexpr (requires { result.find(module, slot); }) {
        return result.find(module, slot);
    } else {
        return result.find(module);
    }
}

/// The same of what a field names.
template <class Spec>
std::shared_ptr<const ModuleResult> moduleOf(const FrameResult& result, const Spec& field) {
    if constexpr (requires { field.slot; }) {
        return moduleOf(result, field.module, field.slot);
    } else {
        return moduleOf(result, field.module, std::string());
    }
}

/// By how much a channel was multiplied before the module read it; 1 where modules are not intervened in.
template <class Module>
float channelFactor(const Module& module, int channel) {
    if constexpr (requires { module.intervention.channel(channel); }) {
        return module.intervention.channel(channel);
    } else {
        return 1.0F;
    }
}

}  // namespace fovea
