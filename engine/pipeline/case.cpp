#include "engine/pipeline/case.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/attention/registry.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

using Json = nlohmann::json;

constexpr const char* kParamPrefix = "param.";
constexpr const char* kMapPrefix = "attn.";

/// Hyper-parameters which repeat the shape of the input or of an extra input, unless the mechanism declares a parameter of
/// that name.
const std::vector<std::string> kShapeKeys{"C", "H", "W", "T", "Cg", "gate_hw", "feat", "D"};

std::string metadataOf(const SafetensorsFile& file, const std::string& key) {
    const auto it = file.metadata.find(key);
    return it == file.metadata.end() ? std::string() : it->second;
}

Result<const ModuleInfo*> moduleOf(const SafetensorsFile& file) {
    const std::string id = metadataOf(file, "id");
    if (id.empty()) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "The file does not say which mechanism to run; give it the metadata “id”."));
    }
    const ModuleInfo* info = findModule(id);
    if (info == nullptr) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no mechanism “%1”; “fovea modules” lists all of them."), {id});
    }
    return info;
}

/// The frames of `input`: one for C×H×W, T for T×C×H×W.
Result<std::vector<FeatureMap>> framesOf(const SafetensorsFile& file) {
    const auto it = file.tensors.find("input");
    if (it == file.tensors.end()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The file has no tensor “input”; add one of the shape C×H×W."));
    }
    const Tensor& tensor = it->second;
    const std::size_t rank = tensor.shape.size();
    const bool sensible =
        (rank == 3 || rank == 4) && std::all_of(tensor.shape.begin(), tensor.shape.end(), [](std::int64_t extent) {
            return extent >= 1 && extent <= std::numeric_limits<int>::max();
        });
    if (!sensible || tensor.size() != Tensor::count(tensor.shape)) {
        return makeError(
            ErrorCode::BadShape,
            FOVEA_TEXT("engine",
                       "The tensor “input” has the shape %1; it must be C×H×W, or T×C×H×W for T frames, and not empty."),
            {shapeText(tensor.shape)});
    }
    if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](float v) { return std::isfinite(v); })) {
        return makeError(ErrorCode::BadValue,
                         FOVEA_TEXT("engine", "The tensor “input” contains values which are not finite; remove them."));
    }
    const int count = rank == 4 ? tensor.dim(0) : 1;
    std::vector<FeatureMap> frames;
    for (int t = 0; t < count; ++t) {
        FeatureMap frame(tensor.dim(rank - 3), tensor.dim(rank - 2), tensor.dim(rank - 1));
        std::copy_n(tensor.values.data() + static_cast<std::size_t>(t) * frame.size(), frame.size(), frame.data());
        frames.push_back(std::move(frame));
    }
    return frames;
}

/// Every other tensor, as an input beside the features.
std::map<std::string, const Tensor*> extrasOf(const SafetensorsFile& file) {
    std::map<std::string, const Tensor*> extras;
    for (const auto& [name, tensor] : file.tensors) {
        const bool own = name == "input" || name == "output" || name.starts_with(kParamPrefix) || name.starts_with(kMapPrefix) ||
                         name.starts_with("aux.");
        if (!own) {
            extras.emplace(name, &tensor);
        }
    }
    return extras;
}

InputShape shapeOf(const std::vector<FeatureMap>& frames, const std::map<std::string, const Tensor*>& extras) {
    const FeatureMap& first = frames.front();
    InputShape shape{first.channels(), first.height(), first.width(), static_cast<int>(frames.size()), {}};
    for (const auto& [name, tensor] : extras) {
        shape.extras.emplace(name, tensor->shape);
    }
    return shape;
}

/// What the file's tensors say about a shape key; null when they say nothing.
Json extentOf(const InputShape& shape, const std::string& key) {
    const auto extra = [&](const char* name, std::size_t rank) -> const Shape* {
        const auto it = shape.extras.find(name);
        return it != shape.extras.end() && it->second.size() == rank ? &it->second : nullptr;
    };
    if (key == "Cg" || key == "gate_hw") {
        const Shape* gate = extra("gate", 3);
        return gate == nullptr ? Json() : key == "Cg" ? Json((*gate)[0]) : Json::array({(*gate)[1], (*gate)[2]});
    }
    if (key == "D") {
        const Shape* hidden = extra("hidden", 1);
        return hidden == nullptr ? Json() : Json((*hidden)[0]);
    }
    if (key == "feat") {
        return Json::array({shape.height, shape.width});
    }
    return key == "C" ? shape.channels : key == "H" ? shape.height : key == "W" ? shape.width : shape.frames;
}

bool declares(const ModuleInfo& info, const std::string& key) {
    return std::any_of(info.params.begin(), info.params.end(), [&](const ParamSpec& s) { return s.key == key; });
}

/// Sizes in the hyper-parameters must be those of the input.
Result<void> checkSizes(const ModuleInfo& info, const InputShape& shape, const Json& given) {
    for (const auto& key : kShapeKeys) {
        if (declares(info, key) || !given.contains(key) || given[key].is_null()) {
            continue;
        }
        const Json extent = extentOf(shape, key);
        if (!extent.is_null() && given[key] != extent) {
            return makeError(ErrorCode::BadShape,
                             FOVEA_TEXT("engine", "The hyper-parameter “%1” is %2, but “input” has %3; make them agree."),
                             {key, given[key].dump(-1, ' ', false, Json::error_handler_t::replace), extent.dump()});
        }
    }
    return {};
}

Result<ParamSet> paramsOf(const SafetensorsFile& file, const ModuleInfo& info, const InputShape& shape) {
    const std::string text = file.metadata.count("hyperparams") != 0 ? metadataOf(file, "hyperparams") : "{}";
    std::vector<std::string> ignored;
    std::copy_if(kShapeKeys.begin(), kShapeKeys.end(), std::back_inserter(ignored),
                 [&](const std::string& key) { return !declares(info, key); });
    auto params = ParamSet::fromJson(info.params, text, ignored);
    if (!params) {
        return params;
    }
    if (auto sizes = checkSizes(info, shape, Json::parse(text)); !sizes) {
        return sizes.error();
    }
    return params;
}

Result<Weights> weightsOf(const SafetensorsFile& file, const ModuleInfo& info, const InputShape& shape, const ParamSet& params) {
    std::map<std::string, Tensor> tensors;
    const std::string prefix = kParamPrefix;
    for (const auto& [name, tensor] : file.tensors) {
        if (name.starts_with(prefix)) {
            tensors.emplace(name.substr(prefix.size()), tensor);
        }
    }
    return checkedWeights(weightSpecs(info, shape, params), std::move(tensors), {ProvenanceKind::File, "", 0});
}

/// The frames as one tensor of the input's rank.
Tensor stacked(const std::vector<FeatureMap>& frames, std::size_t rank) {
    Tensor out = ops::toTensor(frames);
    if (rank == 3) {
        out.shape.erase(out.shape.begin());
    }
    return out;
}

Result<SafetensorsFile> written(const SafetensorsFile& file, const AttentionOutput& output) {
    SafetensorsFile result;
    result.metadata["id"] = metadataOf(file, "id");
    result.metadata["hyperparams"] = file.metadata.count("hyperparams") != 0 ? metadataOf(file, "hyperparams") : "{}";
    result.tensors["output"] = stacked(output.frames, file.tensors.at("input").shape.size());
    for (const auto& map : output.maps) {
        auto dense = denseTensor(map);
        if (!dense) {
            return dense.error();
        }
        result.tensors[kMapPrefix + map.name] = std::move(*dense);
    }
    return result;
}

Result<void> checkFrames(const ModuleInfo& info, std::size_t count) {
    if (!info.needs.clip && count > 1) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "%1 works on one picture, but “input” has %2 frames; give it one of them."),
                         {info.title, std::to_string(count)});
    }
    return {};
}

}  // namespace

Result<SafetensorsFile> applyCase(const SafetensorsFile& file, const Intervention& intervention) {
    const auto found = moduleOf(file);
    if (!found) {
        return found.error();
    }
    const ModuleInfo& info = **found;
    auto frames = framesOf(file);
    if (!frames) {
        return frames.error();
    }
    for (auto& frame : *frames) {
        if (auto scaled = intervened(frame, intervention)) {
            frame = *std::move(scaled);
        }
    }
    if (auto checked = checkFrames(info, frames->size()); !checked) {
        return checked.error();
    }
    ModuleInput input;
    input.extras = extrasOf(file);
    input.heads = &intervention.heads;
    for (const auto& frame : *frames) {
        input.frames.push_back(&frame);
    }
    const InputShape shape = shapeOf(*frames, input.extras);
    const auto params = paramsOf(file, info, shape);
    if (!params) {
        return params.error();
    }
    // Before the weights: their shapes make sense only for parameters which fit the input.
    if (auto fits = info.check != nullptr ? info.check(shape, *params) : Result<void>(); !fits) {
        return fits.error();
    }
    const auto weights = weightsOf(file, info, shape, *params);
    if (!weights) {
        return weights.error();
    }
    auto module = createModule(info, shape, *params, *weights);
    if (!module) {
        return module.error();
    }
    Steps steps;
    const auto output = runModule(info, **module, input, steps);
    return output ? written(file, *output) : Result<SafetensorsFile>(output.error());
}

}  // namespace fovea
