#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/tensor/tensor.h"

namespace fovea {

/// One step of a run: its name, the equation it belongs to, and its numbers.
struct RecordedStep {
    std::string name;      ///< "squeeze", "excite", "scale"
    std::string equation;  ///< plain text: "z_c = mean over H,W of x_c"
    Tensor value;
};

/// What one run computes, step by step. Where nobody asked for it a step costs one branch.
class Steps {
public:
    Steps() = default;
    /// Steps which are recorded.
    static Steps recording() {
        Steps steps;
        steps.m_recorded = true;
        return steps;
    }

    [[nodiscard]] bool recorded() const noexcept { return m_recorded; }
    /// `makeValue` is called only when recording.
    template <class MakeValue>
    void add(const char* name, const char* equation, MakeValue&& makeValue) {
        if (m_recorded) {
            m_steps.push_back({name, equation, std::forward<MakeValue>(makeValue)()});
        }
    }
    [[nodiscard]] const std::vector<RecordedStep>& all() const noexcept { return m_steps; }

private:
    bool m_recorded = false;
    std::vector<RecordedStep> m_steps;
};

}  // namespace fovea
