#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/compose.h"

namespace fovea {

class OutputPlaces;

/// Tells `places` which file the frame of a result was read from.
FOVEA_API void addSource(OutputPlaces& places, const FrameResult& result);

/// The raw numbers of one job's result for one frame, into an existing or new folder:
/// <base>.<map>.npy per map, <base>.output.npy, <base>.channels.csv (index, name, weight) per channel map, <base>.safetensors
/// (all maps and the output), <base>.json (sidecar). Returns the paths; another base which `places` gave is in its notes. Window
/// and command line both call this: the bytes are identical. Cancelled when stopped before the files have their names: then there
/// are none.
FOVEA_API Result<std::vector<std::string>> exportRaw(const FrameResult& result, const JobId& job, const std::string& folder,
                                                     const std::string& base, OutputPlaces& places,
                                                     const std::stop_token& stop = {});

/// The sidecar: source and hash, model, layer, module, version, parameters, provenance, map kinds, true ranges, and the drawn
/// style and field where given. The job has finished.
FOVEA_API std::string sidecarJson(const FrameResult& result, const JobId& job, const ScalarField* field,
                                  const OverlayStyle* style);

}  // namespace fovea
