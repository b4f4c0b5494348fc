#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/field.h"
#include "engine/result.h"

namespace fovea {

/// How much weight each frame of a clip has, with everything a view must say about it.
struct Timeline {
    std::vector<double> timestamps;      ///< [T] seconds, oldest first; gaps are gaps in time
    std::vector<std::uint64_t> indices;  ///< [T] Frame::index
    std::vector<float> weights;          ///< [T]; all finite
    std::vector<float> rows;  ///< [T×C] where every channel has a weight of its own; `weights` is their mean then; else empty
    int channels = 0;         ///< C of `rows`
    MapRole role = MapRole::Gate;  ///< Distribution: the weights sum to 1
    int shown = 0;                 ///< the frame of the clip whose field is on the picture
    int asking = -1;               ///< the frame which holds the query; −1 where there is no query
    std::string module;            ///< title of the module
    std::string map;               ///< FOVEA_TEXT title of the map
    std::string what;              ///< FOVEA_TEXT: "gate per frame", "where the query looks, by frame"
    Provenance provenance;
};

/// Whether the map has a weight per frame: Temporal, or Pairwise with keys in several frames.
FOVEA_API bool hasTimeline(const AttentionMap& map) noexcept;

/// The weights per frame which belong to `spec`, or, when its map says nothing over time, to the module's first map which does:
/// of a Temporal map, or of a Pairwise map over time the query's weight summed over the places of each frame. An error when the
/// module gives nothing over time, or its clip is not full yet.
FOVEA_API Result<Timeline> makeTimeline(const FrameResult& result, const FieldSpec& spec);

}  // namespace fovea
