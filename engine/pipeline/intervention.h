#pragma once

#include <optional>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// A factor lies at most so far from 0.
inline constexpr float kLargestFactor = 1000.0F;
/// Channels and heads have numbers from 0 to this one at most.
inline constexpr int kLargestPlace = 65535;

/// What a person mutes (0), solos (all others 0) or scales of a module: factors which it meets before and inside its attention.
/// Missing factors are 1, and those beyond the channels or heads there are mean nothing, so that an intervention made for one
/// model or module never fails in another.
struct Intervention {
    std::vector<float> channels = {};  ///< channel c of the features is multiplied by it before the mechanism reads it
    std::vector<float> heads = {};     ///< what head h gathers, A_h·v_h, is multiplied by it before the heads are merged
    bool operator==(const Intervention&) const = default;

    /// Whether it changes nothing: all factors are 1, or there are none.
    [[nodiscard]] FOVEA_API bool empty() const noexcept;
    /// The factor of a channel, or of a head; 1 where none is given.
    [[nodiscard]] FOVEA_API float channel(int index) const noexcept;
    [[nodiscard]] FOVEA_API float head(int index) const noexcept;
};

/// The factor at `index`, 1 where there is none.
FOVEA_API float factorAt(const std::vector<float>& factors, int index) noexcept;

/// The features as a module under this intervention reads them: x_c·channels[c], where a factor of 0 gives 0 itself. Nothing
/// when all factors of its channels are 1, because then they are the features themselves.
FOVEA_API std::optional<FeatureMap> intervened(const FeatureMap& features, const Intervention& intervention);

}  // namespace fovea
