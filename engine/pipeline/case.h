#pragma once

#include "engine/api.h"
#include "engine/pipeline/intervention.h"
#include "engine/result.h"
#include "engine/tensor/safetensors.h"

namespace fovea {

/// Runs the mechanism named in the metadata of a case (`id`, `hyperparams`) on its `input` (C×H×W, or T×C×H×W for T frames) with
/// its `param.*`; any other tensor which is not `attn.*` or `aux.*` is an extra input. Gives `output` and every `attn.*`, with
/// the metadata `id` and `hyperparams`. `output` and `attn.*` of the case itself are never read. Every contradiction is one
/// sentence. With an intervention `input` is scaled first; extra inputs are read as they are.
FOVEA_API Result<SafetensorsFile> applyCase(const SafetensorsFile& file, const Intervention& intervention = {});

}  // namespace fovea
