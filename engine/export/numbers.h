#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/pipeline/result.h"
#include "engine/render/compose.h"
#include "engine/tensor/safetensors.h"

namespace fovea {

/// One map of a result on its way into files.
struct ExportedMap {
    const AttentionMap* map = nullptr;
    std::optional<Error> refusal;  ///< why its numbers are not written: the matrix is too large
};

/// All numbers of a result as tensors: "attn.<map>" and "output".
struct ExportedNumbers {
    std::vector<ExportedMap> maps;
    SafetensorsFile file;
};

/// "attn.<map>", the name of a map's tensor.
std::string tensorName(const AttentionMap& map);

/// Gathers the numbers of an output. A map which is too large for `maxBytes` is left out, and its entry says why.
ExportedNumbers gatherNumbers(const AttentionOutput& output, std::size_t maxBytes = std::size_t{1} << 30);

/// The text of the sidecar; `numbers` is null when the module failed.
std::string sidecarText(const FrameResult& result, const ModuleResult& module, const ExportedNumbers* numbers,
                        const ScalarField* field, const OverlayStyle* style);

}  // namespace fovea
