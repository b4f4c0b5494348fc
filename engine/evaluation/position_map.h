#pragma once

#include <optional>
#include <string>

#include "engine/api.h"
#include "engine/evaluation/map_score.h"
#include "engine/pipeline/result.h"

namespace fovea {

/// A map of a module as one number per position, and how it was made of it.
struct JudgedMap {
    PositionMap map;
    std::string how;  ///< "matrix: attention received, mean over heads and queries"
};

/// The map of a finished module which the program shows first, by which the module is judged. Spatial: itself. Full: its mean
/// over channels. Pairwise between positions: the attention every position receives, the mean over heads and the queries which
/// see it. Pairwise with codes: the weight of the code which is used most, since each position's weights on all codes may sum
/// to 1. Nothing for gates of channels, branches and time, and for regions.
FOVEA_API Result<std::optional<JudgedMap>> judgedMap(const FrameResult& result, const ModuleResult& module);

/// The positive part of the class activation map of one class of a prediction which explains.
FOVEA_API PositionMap activationMap(const Prediction& prediction, int index, const Features& features);

/// Of a Pairwise map whose keys are positions: mean over heads and over the queries which see the key; NaN where none does.
FOVEA_API std::vector<float> receivedAttention(const AttentionMap& map);

}  // namespace fovea
