#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// The last layer of a network: logits = weight · mean(features) + bias.
struct LinearLayer {
    int classes = 0;
    int channels = 0;
    std::vector<float> weight;  ///< [classes×channels]
    std::vector<float> bias;    ///< [classes]
};

/// What a network says about one picture.
struct Prediction {
    std::vector<float> logits;  ///< one per class
    FeatureMap features;        ///< what the last layer averages, C×h×w; empty when the network does not give it
    std::shared_ptr<const LinearLayer> linear;  ///< null when the network does not end in such a layer
    double milliseconds = 0.0;

    /// Whether classActivation() is defined.
    [[nodiscard]] bool explains() const noexcept { return linear != nullptr && !features.empty(); }
};

/// One class with its share of the softmax over all classes.
struct Guess {
    int index = 0;
    double probability = 0.0;
    bool operator==(const Guess&) const = default;
};

/// All probabilities: the softmax of the logits.
FOVEA_API std::vector<double> classProbabilities(const Prediction& prediction);
/// The `count` most probable classes, the most probable first.
FOVEA_API std::vector<Guess> topGuesses(const Prediction& prediction, std::size_t count);
/// Class activation map, 1×h×w: Σ_k weight[c,k]·features[k] at every position. Its mean plus the bias is the logit, exactly
/// (Zhou et al., CVPR 2016). explains() must hold; the class is clamped.
FOVEA_API FeatureMap classActivation(const Prediction& prediction, int index);

}  // namespace fovea
