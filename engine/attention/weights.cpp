#include "engine/attention/weights.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "engine/tensor/safetensors.h"

namespace fovea {
namespace {

/// FNV-1a: the same for a name on every machine, unlike std::hash.
std::uint64_t hashOf(const std::string& name) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return hash;
}

/// SplitMix64's finaliser: neighbouring seeds give unrelated streams.
std::uint64_t mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/// Uniform in ±limit. The engine's numbers are fixed by the standard, unlike those of std::uniform_real_distribution.
void fillUniform(Tensor& tensor, std::uint64_t seed, double limit) {
    std::mt19937_64 engine(seed);
    const auto bound = static_cast<float>(limit);
    for (float& value : tensor.values) {
        const auto bits = static_cast<std::int64_t>(engine() >> 40);  // 24 bits: every step below is exact in float
        value = static_cast<float>(2 * bits - (1 << 24)) / static_cast<float>(1 << 24) * bound;
    }
}

void fill(Tensor& tensor, const WeightSpec& spec, std::uint64_t seed) {
    const double fanIn = std::max(1, spec.fanIn);
    switch (spec.init) {
        case WeightInit::FanIn:
            fillUniform(tensor, seed, 1.0 / std::sqrt(fanIn));
            break;
        case WeightInit::One:
            std::fill(tensor.values.begin(), tensor.values.end(), 1.0F);
            break;
        case WeightInit::Zero:
            break;
        case WeightInit::Unit:
            fillUniform(tensor, seed, std::sqrt(3.0 / fanIn));
            break;
        case WeightInit::Positive:
            fillUniform(tensor, seed, std::sqrt(3.0 / fanIn));
            std::transform(tensor.values.begin(), tensor.values.end(), tensor.values.begin(),
                           [](float v) { return std::abs(v); });
            break;
        case WeightInit::Negative:
            fillUniform(tensor, seed, 1.0 / std::sqrt(fanIn));
            std::transform(tensor.values.begin(), tensor.values.end(), tensor.values.begin(),
                           [](float v) { return -std::abs(v); });
            break;
    }
}

bool ignored(const std::string& name) { return name.ends_with("num_batches_tracked"); }

bool allFinite(const Tensor& tensor) {
    return std::all_of(tensor.values.begin(), tensor.values.end(), [](float v) { return std::isfinite(v); });
}

const WeightSpec* findSpec(const std::vector<WeightSpec>& specs, const std::string& name) {
    const auto it = std::find_if(specs.begin(), specs.end(), [&](const WeightSpec& s) { return s.name == name; });
    return it == specs.end() ? nullptr : &*it;
}

Result<void> checkTensor(const WeightSpec& spec, const std::map<std::string, Tensor>& tensors) {
    const auto it = tensors.find(spec.name);
    if (it == tensors.end()) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The weights lack the tensor “%1” (%2); save the module's whole state_dict."),
                         {spec.name, shapeText(spec.shape)});
    }
    if (it->second.shape != spec.shape || it->second.size() != Tensor::count(spec.shape)) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine",
                                    "The weight tensor “%1” has the shape %2 where %3 is needed; choose weights made for these "
                                    "features and parameters."),
                         {spec.name, shapeText(it->second.shape), shapeText(spec.shape)});
    }
    if (!allFinite(it->second)) {
        return makeError(
            ErrorCode::BadValue,
            FOVEA_TEXT("engine", "The weight tensor “%1” contains values which are not finite; choose other weights."),
            {spec.name});
    }
    return {};
}

}  // namespace

std::string provenanceText(const Provenance& provenance) {
    switch (provenance.kind) {
        case ProvenanceKind::ParameterFree:
            return "parameter-free";
        case ProvenanceKind::File:
            return "file (" + provenance.source + ")";
        case ProvenanceKind::Random:
            return "random (seed " + std::to_string(provenance.seed) + ")";
        case ProvenanceKind::Trained:
            return "trained (" + provenance.source + ")";
    }
    return "";
}

Weights randomWeights(const std::vector<WeightSpec>& specs, std::uint64_t seed) {
    Weights weights;
    if (specs.empty()) {
        return weights;
    }
    weights.provenance = {ProvenanceKind::Random, "", seed};
    for (const auto& spec : specs) {
        Tensor tensor(spec.shape);
        fill(tensor, spec, mix(seed) ^ hashOf(spec.name));
        weights.tensors.emplace(spec.name, std::move(tensor));
    }
    return weights;
}

Result<Weights> checkedWeights(const std::vector<WeightSpec>& specs, std::map<std::string, Tensor> tensors,
                               Provenance provenance) {
    for (const auto& spec : specs) {
        if (auto checked = checkTensor(spec, tensors); !checked) {
            return checked.error();
        }
    }
    for (auto it = tensors.begin(); it != tensors.end();) {
        if (ignored(it->first)) {
            it = tensors.erase(it);
        } else if (findSpec(specs, it->first) == nullptr) {
            return makeError(
                ErrorCode::BadFormat,
                specs.empty()
                    ? FOVEA_TEXT("engine", "This mechanism has no weights, but the tensor “%1” was given; choose no weights.")
                    : FOVEA_TEXT("engine",
                                 "The weights hold the tensor “%1”, which this mechanism does not have with these parameters; "
                                 "choose weights made for it."),
                {it->first});
        } else {
            ++it;
        }
    }
    if (specs.empty()) {
        provenance = {};
    }
    return Weights{std::move(tensors), std::move(provenance)};
}

Result<Weights> loadWeights(const std::vector<WeightSpec>& specs, const std::string& path) {
    auto file = readSafetensors(path);
    if (!file) {
        return file.error();
    }
    const std::string name = std::filesystem::path(path).filename().string();
    return checkedWeights(specs, std::move(file->tensors), {ProvenanceKind::File, name, 0});
}

}  // namespace fovea
