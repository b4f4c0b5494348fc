#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// How a learned tensor is drawn when nobody supplies it.
enum class WeightInit {
    FanIn,     ///< uniform in ±1/√fanIn, PyTorch's default for linear and convolution weights and biases
    One,       ///< scales, running variances, residual strengths (so that random attention is visible at all)
    Zero,      ///< shifts, running means
    Unit,      ///< uniform in ±√(3/fanIn): fanIn of them are a vector of a length of about 1
    Positive,  ///< uniform in 0…√(3/fanIn): such a vector without negative numbers
    Negative,  ///< uniform in −1/√fanIn…0
};

/// Name (the reference's state_dict key) and shape of one learned tensor.
struct WeightSpec {
    std::string name;
    Shape shape;
    WeightInit init = WeightInit::FanIn;
    int fanIn = 1;  ///< for FanIn: input channels / groups × kernel area; for Unit and Positive: the vector's length
};

enum class ProvenanceKind { ParameterFree, File, Random, Trained };

/// Where the weights of a result come from. It travels with the result into every view and export.
struct Provenance {
    ProvenanceKind kind = ProvenanceKind::ParameterFree;
    std::string source;      ///< file name or bundle name
    std::uint64_t seed = 0;  ///< for Random

    bool operator==(const Provenance&) const = default;
};

/// English: "parameter-free", "file (x.safetensors)", "random (seed 1)", "trained (name)".
FOVEA_API std::string provenanceText(const Provenance& provenance);

/// Seeds go from 0 to this one: every form shows them in full, and every reader of JSON keeps them exactly.
inline constexpr int kLargestSeed = 2'147'483'647;

/// The learned tensors of one module instance, by state_dict key, with their provenance.
struct Weights {
    std::map<std::string, Tensor> tensors;
    Provenance provenance;
};

/// Draws the tensors of `specs` from `seed`; the same seed gives the same numbers on every machine and library level.
/// Each tensor has its own stream (seed and name), so that adding one does not change the others.
FOVEA_API Weights randomWeights(const std::vector<WeightSpec>& specs, std::uint64_t seed);

/// Checks `tensors` against `specs`: missing, misshapen or non-finite tensors are an error that names the tensor;
/// keys ending in "num_batches_tracked" are ignored, other unknown keys are an error which lists the first of them.
FOVEA_API Result<Weights> checkedWeights(const std::vector<WeightSpec>& specs, std::map<std::string, Tensor> tensors,
                                         Provenance provenance);

/// Reads a user's safetensors file and checks it; provenance is File with the file's name.
FOVEA_API Result<Weights> loadWeights(const std::vector<WeightSpec>& specs, const std::string& path);

}  // namespace fovea
