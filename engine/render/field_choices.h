#pragma once

#include "engine/api.h"
#include "engine/pipeline/result.h"
#include "engine/render/field.h"

namespace fovea {

/// How many heads, channels and classes the result of a module offers. They are numbered from 0.
struct FieldChoices {
    int mapHeads = 0;        ///< of the map which the spec names; 0 for a map which is no matrix
    int mapChannels = 0;     ///< what FieldSpec::channel chooses among
    int moduleHeads = 0;     ///< the most of any map: an intervention speaks of these
    int moduleChannels = 0;  ///< of the features: an intervention speaks of these
    int classes = 0;         ///< whose class activation maps there are
};

/// The choices for the module and the map of `spec`; an error when the result has no such module or map.
FOVEA_API Result<FieldChoices> fieldChoices(const FrameResult& result, const FieldSpec& spec);

}  // namespace fovea
