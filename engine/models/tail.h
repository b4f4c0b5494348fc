#pragma once

#include <memory>
#include <stop_token>

#include "engine/api.h"
#include "engine/models/bundle.h"
#include "engine/models/prediction.h"
#include "engine/result.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// The part of a bundle's network behind the tap: features → logits. Used by one thread at a time.
class FOVEA_API Tail {
public:
    /// Reads the bundle's tail.
    static Result<std::unique_ptr<Tail>> create(std::shared_ptr<const Bundle> bundle);
    ~Tail();
    Tail(const Tail&) = delete;
    Tail& operator=(const Tail&) = delete;

    /// What the network says of features as they are.
    Result<std::shared_ptr<const Prediction>> run(const FeatureMap& tap, const std::stop_token& stop);
    /// What it says of a module's output for the features `tap`, joined as `how` says. Of another shape than the tap it is an
    /// error.
    Result<std::shared_ptr<const Prediction>> run(const FeatureMap& tap, const FeatureMap& output, TailInput how,
                                                  const std::stop_token& stop);

private:
    struct State;
    explicit Tail(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// What a module's output becomes before the tail reads it; both of the tap's shape.
FOVEA_API FeatureMap tailInput(const FeatureMap& tap, const FeatureMap& output, TailInput how);

}  // namespace fovea
