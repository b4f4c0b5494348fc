#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/field.h"
#include "engine/result.h"

namespace fovea {

/// Asks how faithful a map is: whether the network needs what it points at. A plain value.
struct FaithfulnessRequest {
    Frame frame;
    ModelSpec model;      ///< the model of a bundle, whose tail predicts
    ModuleJob job;        ///< the module, its intervention included; it always predicts
    FieldSpec field;      ///< whose cells are ranked; of `job`'s module
    int steps = 20;       ///< 1 … 200, each of them 1/steps of the picture's area
    int classIndex = -1;  ///< −1: what the network with the module holds most probable on the picture
    std::uint64_t seed = 1;
    bool curves = true;    ///< deletion and insertion
    bool channels = true;  ///< mute every channel in turn
    bool heads = true;     ///< mute every head in turn, where the module has several
};

/// What becomes of the class while the picture is blurred (or shown) cell by cell. Point k of steps + 1: so many of the first
/// cells that they cover at least k/steps of the picture's pixels, and no more than are needed.
struct FaithfulnessCurve {
    std::vector<double> shares;         ///< of the pixels replaced, 0 … 1, never falling
    std::vector<double> probabilities;  ///< of the class
    double area = 0.0;                  ///< under the curve, by trapezoids over `shares`; 0 … 1
};

/// The curves for one order of the cells.
struct FaithfulnessOrder {
    std::string name;           ///< "map", "random", "centre"
    FaithfulnessCurve removed;  ///< deletion: the first cells are blurred first; a good map falls fast
    FaithfulnessCurve shown;    ///< insertion: the first cells of a blurred picture are shown first; a good map rises fast
};

/// What muting one channel or head changes, against the network with the module as it is.
struct FaithfulnessEffect {
    bool head = false;
    int index = 0;
    std::string name;          ///< FOVEA_TEXT, of the channel; empty when it has none
    double logit = 0.0;        ///< change of the class's logit
    double probability = 0.0;  ///< change of its probability
};

struct FaithfulnessResult {
    std::string module;  ///< title
    std::string map;     ///< FOVEA_TEXT title of the field's map
    int classIndex = 0;
    std::string className;
    double logit = 0.0;                       ///< of the class on the picture, with the module
    double probability = 0.0;                 ///< among all classes
    std::vector<FaithfulnessOrder> orders;    ///< map, random, centre; empty without curves
    std::vector<FaithfulnessEffect> effects;  ///< of channels and heads; the largest change of the probability first
};

/// A strongly blurred copy of a picture of the same size, in which a network finds nothing to hold on to: a Gaussian whose σ is a
/// twelfth of the longer side. Pixels beyond the border repeat it.
FOVEA_API Frame blurredFrame(const Frame& frame);

/// The order of a field's cells: the largest value first (diverging: the largest magnitude), of equal ones the first row by row;
/// cells which take no part come last.
FOVEA_API std::vector<int> cellOrder(const ScalarField& field);

/// Runs the network again for every step and every muted channel. Orders are the map's, the mean over three orders which `seed`
/// draws, and one from the centre of the picture outwards (a centred Gaussian's). `progress` gets runs done and runs in all, on
/// this thread. Any thread; ErrorCode::Cancelled when stopped. Without a bundle, and with a module which needs a clip, an error.
FOVEA_API Result<FaithfulnessResult> measureFaithfulness(const FaithfulnessRequest& request, const std::stop_token& stop = {},
                                                         const std::function<void(int done, int total)>& progress = {});

/// Curves, their areas and effects as CSV (RFC 4180) with one header; numbers read back as they are.
FOVEA_API std::string faithfulnessCsv(const FaithfulnessResult& result);

}  // namespace fovea
