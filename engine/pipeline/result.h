#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/attention/module.h"
#include "engine/models/backbone.h"
#include "engine/models/bundle.h"
#include "engine/models/prediction.h"
#include "engine/pipeline/clip.h"
#include "engine/pipeline/intervention.h"
#include "engine/pipeline/module_inputs.h"
#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// What one module gave for one frame.
struct ModuleResult {
    const ModuleInfo* info = nullptr;
    ParamSet params;
    Intervention intervention = {};  ///< under which it ran
    Provenance provenance;
    Result<AttentionOutput> output = AttentionOutput{};  ///< a failing module fills only its own cell
    std::optional<GridSize> resampled = {};  ///< the grid on which a module tied to a size ran, where the features have another
    std::shared_ptr<const Prediction> prediction = {};  ///< of a bundle's network with this module, where it was asked for
    std::optional<Error> predictionError = {};          ///< why there is none although it was asked for
    Trace trace;
    double milliseconds = 0.0;
};

/// Frame, features and the modules finished so far. Immutable once published.
struct FrameResult {
    std::uint64_t epoch = 0;
    std::chrono::steady_clock::time_point started = {};  ///< when the pass began
    Frame frame;
    std::shared_ptr<const Features> features;
    std::shared_ptr<const Bundle> bundle = {};          ///< whose network made the features; null for the Retina
    std::shared_ptr<const Prediction> prediction = {};  ///< of that network without a module, where one was asked for
    std::shared_ptr<const Clip> clip;  ///< what a clip module has read, or has of its frames so far; the last one is `frame`.
                                       ///< Null when no such module was asked for
    std::vector<std::shared_ptr<const ModuleResult>> modules;  ///< in the order they were asked for; null while unfinished
    std::vector<std::string> slots = {};  ///< ModuleJob::slot of each of them; those which are missing are empty
    /// The same frame through PipelineRequest::others, in their order; null while unfinished. One whose features fail has none,
    /// and that error in each of its modules.
    std::vector<std::shared_ptr<const FrameResult>> others = {};

    /// The finished result of the job of a module in a slot, or null.
    [[nodiscard]] std::shared_ptr<const ModuleResult> find(const std::string& id, const std::string& slot = {}) const {
        for (std::size_t i = 0; i < modules.size(); ++i) {
            const bool there = i < slots.size() ? slots[i] == slot : slot.empty();
            if (there && modules[i] && modules[i]->info->id == id) {
                return modules[i];
            }
        }
        return nullptr;
    }

    /// Whether the first `count` modules are there, and all of the others.
    [[nodiscard]] bool complete(std::size_t count = static_cast<std::size_t>(-1)) const {
        const auto end = modules.begin() + static_cast<std::ptrdiff_t>(std::min(count, modules.size()));
        return std::all_of(modules.begin(), end, [](const auto& module) { return module != nullptr; }) &&
               std::all_of(others.begin(), others.end(), [](const auto& other) { return other && other->complete(); });
    }
};

}  // namespace fovea
