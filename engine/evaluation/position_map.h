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

/// The map of a finished job which the program shows first, by which the job is judged, as its kind says
/// (MapKindInfo::perPosition). Nothing for gates of channels, branches and time, and for regions.
FOVEA_API Result<std::optional<JudgedMap>> judgedMap(const FrameResult& result, const JobId& job);

/// The positive part of the class activation map of one class of a prediction which explains.
FOVEA_API PositionMap activationMap(const Prediction& prediction, int index, const Features& features);

}  // namespace fovea
