#pragma once

#include <vector>

#include "engine/api.h"

namespace fovea {

/// Lowers the working size of the pictures of a moving source until at least 10 of them are computed in a second. It never raises
/// it by itself: a size which changes to and fro would be worse than a small one.
class FOVEA_API AutoSize final {
public:
    /// Milliseconds a pass may take.
    static constexpr double kBudget = 100.0;
    /// The smallest longer side it goes to, in pixels.
    static constexpr int kLeastSide = 64;

    /// Begins again with the size a person has chosen.
    void restart(int wantedSide);
    /// Takes what one pass at side() took, in milliseconds. True when side() has become smaller.
    bool add(double milliseconds);
    /// Longer side of the working picture, in pixels.
    [[nodiscard]] int side() const noexcept { return m_side; }
    [[nodiscard]] bool lowered() const noexcept { return m_side < m_wanted; }

private:
    int m_wanted = 512;
    int m_side = 512;
    std::vector<double> m_times;
};

}  // namespace fovea
