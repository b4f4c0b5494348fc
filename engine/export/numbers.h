#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/result.h"
#include "engine/render/compose.h"
#include "engine/tensor/safetensors.h"

namespace fovea {

/// The shape of a tensor and its least and largest value, also where the tensor itself is not held.
struct NumbersSummary {
    Shape shape;
    std::optional<std::pair<float, float>> ends;  ///< none where there are no values
};

/// One map of a result on its way into files.
struct ExportedMap {
    const AttentionMap* map = nullptr;
    NumbersSummary numbers;
    std::optional<Error> refusal = {};  ///< why its numbers are not written: the matrix is too large
};

/// Shapes and ends of all numbers of a result, for its sidecar.
struct OutputSummary {
    std::vector<ExportedMap> maps;
    NumbersSummary output;
};

/// All numbers of a result as tensors, "attn.<map>" and "output", and their summary.
struct ExportedNumbers {
    OutputSummary summary;
    SafetensorsFile file;
};

/// "attn.<map>", the name of a map's tensor.
std::string tensorName(const AttentionMap& map);

/// Passes through the numbers of an output without holding any matrix; a large one takes as long as its module.
OutputSummary summaryOf(const AttentionOutput& output);

/// Gathers the numbers of an output. A map which is too large for `maxBytes` is left out, and its entry says why.
ExportedNumbers gatherNumbers(const AttentionOutput& output, std::size_t maxBytes = std::size_t{1} << 30);

/// The text of the sidecar; `summary` is null when the module failed.
std::string sidecarText(const FrameResult& result, const JobId& job, const OutputSummary* summary, const ScalarField* field,
                        const OverlayStyle* style);

}  // namespace fovea
