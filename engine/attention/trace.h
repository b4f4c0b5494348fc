#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/tensor/tensor.h"

namespace fovea {

/// One named intermediate stage of a run, with the equation it belongs to.
struct TraceStage {
    std::string name;      ///< "squeeze", "excite", "scale"
    std::string equation;  ///< plain text: "z_c = mean over H,W of x_c"
    Tensor value;
};

/// Collects the stages of one run. A disabled trace costs one branch per stage.
class Trace {
public:
    Trace() = default;
    /// A trace which records.
    static Trace recording() {
        Trace t;
        t.m_enabled = true;
        return t;
    }

    [[nodiscard]] bool enabled() const noexcept { return m_enabled; }
    /// `makeValue` is called only when recording.
    template <class MakeValue>
    void stage(const char* name, const char* equation, MakeValue&& makeValue) {
        if (m_enabled) {
            m_stages.push_back({name, equation, std::forward<MakeValue>(makeValue)()});
        }
    }
    [[nodiscard]] const std::vector<TraceStage>& stages() const noexcept { return m_stages; }

private:
    bool m_enabled = false;
    std::vector<TraceStage> m_stages;
};

}  // namespace fovea
